"""Where an access token comes from: each way there is, what is said of those that others can see, and who wins."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chat_tui import settings
from chat_tui.cli import main
from chat_tui.settings import SettingsError, token_in
from chat_tui.tui import launch

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[Any, Result]]:
    """What the client would have been opened on, and what was printed."""

    def invoke(*arguments: str, **environment: str) -> tuple[Any, Result]:
        targets: list[Any] = []

        def run(target: Any, settings: Any, **_: Any) -> int:
            targets.append(target)
            return 0

        monkeypatch.setattr(launch, "run", run)
        given = {"CHAT_TUI_DATA": str(tmp_path / "data"), **environment}
        result = CliRunner().invoke(main, ["--url", "http://x", *arguments], env=given)
        return (targets[0] if targets else None), result

    return invoke


def written(tmp_path: Path, text: str, mode: int = 0o600) -> str:
    path = tmp_path / "token"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_a_file_or_the_environment_is_quiet(opened: Callable[..., Any], tmp_path: Path) -> None:
    """Nothing is said of what nobody else can see."""
    file = written(tmp_path, f"\n {TOKEN}\r\n")
    for arguments, environment in (
        (["--token-file", file], {}),
        ([], {"CHAT_TUI_TOKEN_FILE": file}),
        ([], {"CHAT_TUI_TOKEN": TOKEN}),
    ):
        target, result = opened(*arguments, **environment)
        assert (target.token, result.output, result.exit_code) == (TOKEN, "", 0)
        assert TOKEN not in repr(target)


def test_a_flag_is_taken_with_a_warning(opened: Callable[..., Any]) -> None:
    """Without repeating it; so is an address that holds a secret."""
    target, result = opened("--token", TOKEN)
    assert (target.token, result.stdout) == (TOKEN, "")
    assert "list of processes" in result.stderr
    assert TOKEN not in result.stderr
    for address in ("http://me:secret@y/", "http://y/?key=secret"):
        target, result = opened("--token-url", address)
        assert target.token_url == address
        assert "list of processes" in result.stderr
        assert "secret in" in result.stderr
    assert opened("--token-url", "http://y/token")[1].stderr == ""


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_can_read_is_taken_with_a_warning(
    opened: Callable[..., Any], tmp_path: Path, mode: int
) -> None:
    """With the remedy; a settings file that holds a token likewise."""
    file = written(tmp_path, TOKEN, mode)
    target, result = opened("--token-file", file)
    assert (target.token, f"chmod 600 {file}" in result.stderr) == (TOKEN, True)
    for text in (f'token = "{TOKEN}"', f'[profiles.x]\nurl = "http://y"\ntoken = "{TOKEN}"'):
        config = tmp_path / "config.toml"
        config.write_text(text)
        config.chmod(mode)
        arguments = ["--config", str(config), *(["--profile", "x"] if "profiles" in text else [])]
        target, result = opened(*arguments)
        assert (target.token, f"chmod 600 {config}" in result.stderr) == (TOKEN, True)
        config.chmod(0o600)
        assert opened(*arguments)[1].stderr == ""


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """As a shell makes one of a command's output."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = threading.Thread(target=pipe.write_text, args=(TOKEN + "\n",))
    writing.start()
    warnings: list[str] = []
    assert (token_in(pipe, warnings.append), warnings) == (TOKEN, [])
    writing.join()


@pytest.mark.parametrize("content", ["", "\n", "two words", "é", "a\x1bb", "a\nb", "x" * 20_000, "\udcff"])
def test_what_is_no_token_is_refused(opened: Callable[..., Any], tmp_path: Path, content: str) -> None:
    """Naming where it came from, and repeating none of it."""
    path = tmp_path / "token"
    path.write_bytes(content.encode(errors="surrogateescape"))
    target, result = opened("--token-file", str(path))
    assert (target, result.exit_code) == (None, 2)
    assert f"Error: --token-file: {path} holds no access token" in result.stderr
    with pytest.raises(SettingsError, match="cannot be read"):
        token_in(tmp_path / "nowhere", print)
    with pytest.raises(SettingsError, match="cannot be read"):
        token_in(tmp_path, print)


def test_the_strongest_source_that_names_a_way_decides(opened: Callable[..., Any], tmp_path: Path) -> None:
    """Flags over the environment over the file; within one source there can be only one."""
    config = tmp_path / "config.toml"
    config.write_text('token_url = "http://file"\n[profiles.p]\nurl = "http://p"\ntoken_url = "http://profile"\n')
    other = written(tmp_path, "other")
    found = [
        opened("--config", str(config))[0],
        opened("--config", str(config), CHAT_TUI_TOKEN=TOKEN)[0],
        opened("--config", str(config), "--token-file", other, CHAT_TUI_TOKEN=TOKEN)[0],
        opened("--config", str(config), "--profile", "p", CHAT_TUI_TOKEN=TOKEN)[0],
    ]
    assert [(target.token, target.token_url) for target in found] == [
        (None, "http://file"),
        (TOKEN, None),
        ("other", None),
        (None, "http://profile"),
    ]
    for two in (["--token", TOKEN, "--token-file", other], ["--token-url", "http://y", "--token-file", other]):
        target, result = opened(*two)
        assert (target, result.exit_code, "only one of" in result.stderr) == (None, 2, True)


def test_a_password_has_no_place_in_the_url(opened: Callable[..., Any]) -> None:
    """It would stand on the screen."""
    _, result = opened("--url", "https://me:secret@chat.example.com", "--token", TOKEN)
    assert (result.exit_code, "does not belong" in result.stderr, "secret@" in result.stderr) == (2, True, False)


def test_secrets_hide_themselves() -> None:
    """In a settings object too, those of profiles among them."""
    loaded = settings.load({"token": TOKEN, "profiles": {"x": {"url": "u", "token": TOKEN}}}, environment={})
    assert TOKEN not in repr(loaded)
    assert loaded.profiles["x"].token == TOKEN
