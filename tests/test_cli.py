"""The commands: help, refusals, settings, tokens."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from chat_tui.cli import main
from chat_tui.settings import Secret, SettingsError, describe, load
from tests.support.service import serving


@pytest.mark.parametrize("command", [[], ["serve"], ["token"], ["demo"], ["key"], ["key", "create"], ["key", "revoke"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    """``--help`` names what it does and every option with words."""
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    options = [line for line in result.output.splitlines() if line.strip().startswith("--")]
    assert len(result.output) > 200
    assert all(len(line.split("  ")) > 1 or line.rstrip().endswith("]") for line in options)


UNPARSABLE = (
    "http://[",
    "http://]",
    "http://[::1",
    "http://[fe80::1%",
    "http://",
    "http:///path",
    "http://:80",
    "http://x:y",
    "http://x:99999",
    "http://x:-1",
    "http://a b",
    "http://x\x1b[2J",
    "http://..",
    f"http://{'a' * 64}.com",
    "//x",
    "x",
    "[",
)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--nonsense"], "--nonsense"),
        (["nonsense"], "nonsense"),
        (["--url", "ftp://x", "--token", "t"], "--url"),
        *((["--url", url, "--token", "t"], "--url") for url in UNPARSABLE),
        *((["--url", "http://x", "--token-url", url], "--token-url") for url in UNPARSABLE),
        (["--url", "http://x"], "--token"),
        (["--token", "t"], "--url"),
        (["--profile", "nowhere"], "nowhere"),
        (["--identity", ""], "identity"),
        (["--identity", "a\x1bb"], "identity"),
        (["--glyphs", "emoji"], "--glyphs"),
        (["--config", "/does/not/exist.toml"], "cannot be read"),
        (["token"], "IDENTITY"),
        (["key", "revoke"], "SID"),
        (["key", "mint"], "mint"),
        (["token", "x", "--lifetime", "0"], "--lifetime"),
        (["serve", "--port", "99999"], "--port"),
        (["serve", "--linger", "61"], "--linger"),
        *((["serve", "--port", number], "--port") for number in ("1_0", "1e1", "\u0663", "+1", "0x1", "")),
        *((["serve", "--rate", number], "--rate") for number in ("1_0", "nan", "inf", "\u0663", "")),
        *((["serve", "--rate", number], "rate") for number in ("1e400", "1e10", "0", "-1")),
        *((["serve", "--idle-after", number], "idle_after") for number in ("1e400", "1e9")),
        (["token", "x", "--lifetime", "1_0"], "--lifetime"),
        (["serve", "--host", "0.0.0.0"], "--tls-cert"),
        (["serve", "--tls-cert", "x"], "--tls-key"),
    ],
)
def test_wrong_input_gets_one_clear_line_and_status_2(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the option and never shows a stack trace."""
    monkeypatch.setenv("CHAT_TUI_DATA", str(tmp_path))
    result = CliRunner().invoke(main, arguments)
    errors = [line for line in result.output.splitlines() if line.startswith("Error:")]
    assert (result.exit_code, len(errors)) == (2, 1), result.output
    assert words in errors[0]


def test_settings_come_from_file_then_environment_then_flags(tmp_path: Path) -> None:
    """Each overrides the one before; an error names its source and its key."""
    file = tmp_path / "config.toml"
    file.write_text('identity = "file"\nport = 1\nlinger = 2.5\n[profiles.work]\nurl = "https://x"\n')
    environment = {"CHAT_TUI_PORT": "2", "CHAT_TUI_TOKEN": "hush"}
    settings = load({"port": None, "identity": "flag"}, file=file, environment=environment)
    assert (settings.identity, settings.port, settings.linger) == ("flag", 2, 2.5)
    assert settings.profiles["work"].url == "https://x"
    assert (settings.token, repr(settings.token)) == ("hush", "***")
    with pytest.raises(SettingsError, match="CHAT_TUI_PORT"):
        load({}, file=file, environment={"CHAT_TUI_PORT": "many"})
    for text, words in (("colour = 1", "colour"), ("port = 'x'", "port"), ("= broken", "not valid TOML")):
        file.write_text(text)
        with pytest.raises(SettingsError, match=words) as refusal:
            load({}, file=file, environment={})
        assert str(file) in str(refusal.value)


def test_every_setting_is_described() -> None:
    """Once, with words."""
    assert all(words.endswith(".") for _, words, _ in describe())
    assert repr(Secret("x")) == "***"


def test_a_token_is_printed_for_the_running_service(tmp_path: Path) -> None:
    """``chat-tui token IDENTITY --data DIR``; ``service.json`` holds the agreed keys, for its owner only."""
    with serving(tmp_path) as running:
        command = [sys.executable, "-m", "chat_tui.cli", "token", "alice", "--data", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.count(".") == 2
        content = json.loads((tmp_path / "service.json").read_text())
        assert set(content) == {
            *("url", "account_sid", "auth_token", "service_sid", "api_key_sid", "api_key_secret"),
            *("pid", "version", "protocol", "instance", "proof_key"),
        }
        assert content["url"] == running.url
        assert {oct(path.stat().st_mode)[-3:] for path in tmp_path.glob("*.json")} == {"600"}


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """A new key opens REST until it is revoked; the service's own can't be."""
    data = ["--data", str(tmp_path / "data")]
    with serving(tmp_path / "data") as service:

        def key(*arguments: str) -> Result:
            return CliRunner().invoke(main, [*data, "key", *arguments])

        made = key("create", "for CI")
        sid, secret = (line.split()[1] for line in made.stdout.splitlines())
        listed = key("list").stdout.splitlines()
        assert [line.split()[0] for line in listed] == [service.api_key_sid, sid]
        assert listed[1].endswith("for CI")
        assert secret not in "".join(listed)

        def fetch() -> int:
            return httpx.get(f"{service.url}/v2/Services", auth=(sid, secret), trust_env=False).status_code

        assert fetch() == 200
        assert key("revoke", sid).exit_code == 0
        assert fetch() == 401
        again = key("revoke", sid)
        assert (again.exit_code, "not found" in again.output) == (1, True)
        own = key("revoke", service.api_key_sid)
        assert (own.exit_code, "own key" in own.output) == (2, True)
        assert len(key("list").stdout.splitlines()) == 1
