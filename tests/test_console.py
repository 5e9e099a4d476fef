"""What the commands print cannot drive the terminal, whoever it comes from."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

import chat_tui
from chat_tui import settings
from chat_tui.cli import main
from chat_tui.safe_text import MAX_LINE, MAX_SHOWN_NAME, inert, safe_line, safe_name
from tests.support.service import serving

ROOT = Path(chat_tui.__file__).parent

HARM = (
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\u202egnp.exe",
    "\u2066\u200f\ufeff",
    "a\rb",
    "a\nError: b",
    "a\x08\x08b",
    "\x00\x7f",
    "\ud800",
    "e" + "\u0301" * 50,
)
_DRIVES = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


@pytest.mark.parametrize("text", HARM)
def test_text_is_made_inert(text: str) -> None:
    """Whole, as a line, and as a name; the last two have one line."""
    for made in (inert(text), safe_line(text), safe_name(text)):
        assert not _DRIVES.search(made)
    assert "\n" not in safe_line(text) + safe_name(text)
    assert (len(safe_line(text * 5000)) - 1, len(safe_name(text * 5000))) <= (MAX_LINE, MAX_SHOWN_NAME)


@pytest.mark.parametrize("text", HARM[:-1])
@pytest.mark.parametrize(
    "arguments",
    [
        ["{}"],
        ["--{}"],
        ["--{}=x"],
        ["key", "{}"],
        ["--glyphs", "{}"],
        ["--identity", "{}"],
        ["--profile", "{}"],
        ["--url", "{}"],
        ["--url", "http://{}"],
        ["--url", "http://x", "--token", "{} {}"],
        ["--url", "http://x", "--token-file", "/nowhere/{}"],
        ["--config", "/nowhere/{}.toml"],
        ["serve", "--port", "{}"],
        ["serve", "--host", "{}"],
        ["serve", "--data", "/proc/{}"],
        ["token", "--data", "/proc/{}", "alice"],
        ["token", "{}", "--lifetime", "{}"],
        ["key", "list", "--data", "/proc/{}"],
    ],
)
def test_errors_repeat_nothing_raw(
    arguments: list[str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was typed comes back inert, in one line, with status 2."""
    monkeypatch.setenv("CHAT_TUI_DATA", str(tmp_path))
    given = [argument.replace("{}", text) for argument in arguments]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == 2, (given, result.output)
    assert not _DRIVES.search(result.output), result.output
    assert len([line for line in result.output.splitlines() if line.startswith("Error:")]) == 1


def test_names_of_keys_come_out_inert(tmp_path: Path) -> None:
    """Each on its line, in columns, though the name holds lines of its own; so does what the service refuses."""
    with serving(tmp_path / "data") as service:
        path = f"/api/2010-04-01/Accounts/{service.account_sid}/Keys"
        made = []
        for text in HARM[:-2]:
            form = {"FriendlyName": f"x{text}"[:60]}
            auth = (service.account_sid, service.auth_token)
            answer = httpx.post(f"{service.url}{path}.json", data=form, auth=auth, trust_env=False)
            made += [answer.json()["sid"]] if answer.is_success else []
        data = ["--data", str(tmp_path / "data")]
        listed = CliRunner().invoke(main, [*data, "key", "list"])
        assert [line.split()[0] for line in listed.output.splitlines()] == [service.api_key_sid, *made]
        assert len(made) > 3
        refused = CliRunner().invoke(main, [*data, "key", "revoke", "x\x1b[2J\nError: y"])
        assert refused.exit_code == 1
        assert not _DRIVES.search(listed.output + refused.output)
        assert len(refused.output.splitlines()) == 1


def test_the_last_words_of_a_service_come_out_inert(tmp_path: Path) -> None:
    """They are what its log ends with, whoever wrote that."""
    data = tmp_path / "data\x1b[31m"
    data.mkdir(0o700)
    (data / "secrets.key").write_text("junk")
    result = CliRunner().invoke(main, ["token", "alice", "--data", str(data)])
    assert (result.exit_code, "secrets.key holds no key" in result.output) == (2, True)
    assert not _DRIVES.search(result.output)
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_that_lacks_a_letter_gets_another(encoding: str) -> None:
    """No error, whatever the encoding."""
    code = "from chat_tui.console import say; say('é\\x1b→'); say('é→', is_error=True)"
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert b"\x1b" not in done.stdout
    assert "é→".encode(encoding, "replace") in done.stderr


def test_an_error_nobody_thought_of_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a stack trace, and inert as well."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError("bad \x1b[31m\nthing")

    monkeypatch.setattr(settings, "load", fail)
    result = CliRunner().invoke(main, ["token", "alice"])
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    assert result.output.startswith("Error: an unexpected ValueError: bad")
    assert not _DRIVES.search(result.output)


def test_there_is_one_way_to_print() -> None:
    """Nothing below the commands calls another: `console.say` is it, and the screen's and the demo's two words."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name in ("print", "click.echo", "click.secho", "click.prompt", "click.confirm", "sys.stdout.write"):
                found.append(f"{path.relative_to(ROOT)}: {name}")
            if name in ("sys.stderr.write", "input", "click.echo_via_pager", "click.style"):
                found.append(f"{path.relative_to(ROOT)}: {name}")
    allowed = ["console.py: click.echo", "console.py: click.prompt", "demo/__main__.py: print", "tui/launch.py: print"]
    assert sorted(set(found)) == allowed
