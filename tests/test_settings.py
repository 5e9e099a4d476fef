"""One Settings from four sources: which of them wins, and what a mistake is called."""

from pathlib import Path
from typing import Any

import pytest

from chat_tui.settings import Settings, SettingsError, checked_token, describe, load


def given(tmp_path: Path, text: str = "", environment: dict[str, str] | None = None, **flags: Any) -> Settings:
    """Settings from a file of this text, this environment and these flags."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load(flags, file=file, environment=environment or {})


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    """And the file over the defaults; a flag that was not given takes nothing away."""
    file, environment = 'port = 1\nhost = "a"\nrate = 5\n', {"CHAT_TUI_PORT": "2", "CHAT_TUI_HOST": "b"}
    found = given(tmp_path, file, environment, port=3, host=None)
    assert (found.port, found.host, found.rate, found.linger) == (3, "b", 5.0, Settings().linger)


def test_the_strongest_source_of_a_token_decides_alone(tmp_path: Path) -> None:
    """Another way in a weaker one is no way any more."""
    found = given(tmp_path, 'token_file = "x"\n', {"CHAT_TUI_TOKEN": "abc"})
    assert (found.token, found.token_file) == ("abc", None)
    found = given(tmp_path, 'token_file = "x"\n', {"CHAT_TUI_TOKEN": "abc"}, token_url="http://there")
    assert (found.token, found.token_file, found.token_url) == (None, None, "http://there")


@pytest.mark.parametrize(
    ("text", "environment", "said"),
    [
        ("port = 70000\n", {}, "config.toml: port: expected `int` <= 65535"),
        ("unheard_of = 1\n", {}, "config.toml: object contains unknown field `unheard_of`"),
        ("port = \n", {}, "config.toml: not valid TOML"),
        ("", {"CHAT_TUI_LINGER": "-1"}, "environment CHAT_TUI_LINGER: linger: expected `float` >= 0"),
        ("", {"CHAT_TUI_GLYPHS": "pretty"}, "environment CHAT_TUI_GLYPHS: glyphs: invalid enum value"),
        ('time_zone = "Mars/Olympus"\n', {}, "config.toml: time_zone: this machine knows no zone 'Mars/Olympus'"),
        ("", {"CHAT_TUI_TIME_ZONE": "../etc"}, "environment CHAT_TUI_TIME_ZONE: time_zone: this machine knows no zone"),
        ('time_zone = "Europe"\n', {}, "config.toml: time_zone: this machine knows no zone"),
        ('time_zone = ""\n', {}, "config.toml: time_zone: this machine knows no zone"),
        ("[profiles.x]\n", {}, "config.toml: profiles[...]: object missing required field `url`"),
    ],
)
def test_a_mistake_names_its_source_and_its_key(
    text: str, environment: dict[str, str], said: str, tmp_path: Path
) -> None:
    """Whoever reads it knows where to look."""
    with pytest.raises(SettingsError) as raised:
        given(tmp_path, text, environment)
    assert said in str(raised.value)


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    """And be text."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load({}, file=tmp_path / "none", environment={})
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load({}, file=tmp_path / "binary", environment={})


def test_a_token_is_seen_by_nobody(tmp_path: Path) -> None:
    """Not in what a crash shows, and a file that others may read is said so."""
    warned: list[str] = []
    file = tmp_path / "config.toml"
    file.write_text('token = "abc"\n[profiles.x]\nurl = "http://x"\ntoken = "def"\n')
    file.chmod(0o644)
    found = load({}, file=file, environment={}, warn=warned.append)
    assert (found.token, found.profiles["x"].token) == ("abc", "def")
    assert "abc" not in repr(found)
    assert "def" not in repr(found)
    assert len(warned) == 1
    assert str(file) in warned[0]
    file.chmod(0o600)
    load({}, file=file, environment={}, warn=warned.append)
    assert len(warned) == 1


@pytest.mark.parametrize("text", ["", "  ", "a b", "a\nb", "\x1b[31m", "ä", "x" * 20_000])
def test_what_can_be_no_token_is_refused(text: str) -> None:
    """With its source, and not with itself."""
    with pytest.raises(SettingsError, match=r"^the file holds no access token$"):
        checked_token(text, "the file")
    assert checked_token(" abc\n", "the file") == "abc"


def test_every_setting_has_words() -> None:
    """`--help` and the README show them."""
    assert [name for name, words, _ in describe() if not words.endswith(".")] == []
    assert {name for name, *_ in describe()} == set(Settings.__struct_fields__) - {"profiles"}
