"""The logs of both programs: safe to show, free of secrets, bounded on disk, not to be flooded."""

import io
import logging
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui import local_service
from chat_tui.logs import BURST, KEPT_FILES, MAX_LOG_LINE, LineFormatter, Pace, RotatingFile, escaped
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.tokens import encode_token
from tests.support.waiting import blocking_poll

HOSTILE = [
    "\x1b]0;owned\x07",
    "\x9b31m",
    "a\nb",
    "a\rb",
    "\x85",
    "\u2028",
    "\u202eevil",
    "\u2066x",
    "\ud800",
    "\x00",
    "\ufeff",
]
SECRET = "0123456789abcdef" * 2
TOKEN = encode_token(
    account_sid=new_sid(Kind.ACCOUNT),
    key_sid=new_sid(Kind.KEY),
    key_secret="s" * 40,
    identity="alice",
    service_sid=new_sid(Kind.SERVICE),
)
KEY_SECRET = "kJ8-" + "aB3_" * 9 + "xyz"


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """A logger of the test's own, which tells nobody else."""
    made = logging.getLogger("tests.logs")
    made.propagate = False
    yield made
    for handler in list(made.handlers):
        made.removeHandler(handler)
        handler.close()
    made.propagate = True


def writing(log: logging.Logger, *, paced: bool = False) -> io.StringIO:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter(("user",)))
    if paced:
        handler.addFilter(Pace(lambda: 0.0))
    log.addHandler(handler)
    return stream


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_stays_one_inert_line(log: logging.Logger, text: str) -> None:
    """In the message, its arguments, its fields, and in the words of an error."""
    stream = writing(log)
    log.warning(f"said {text}")
    log.warning("said %s", text, extra={"user": text})
    try:
        raise ValueError(f"{text}\n2026-01-01T00:00:00Z warning all is well")
    except ValueError:
        log.exception("failed with %s", text)
    lines = stream.getvalue().removesuffix("\n").split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith("  | ") for line in lines[3:])
    assert len([line for line in lines if not line.startswith("  | ")]) == 3


@pytest.mark.parametrize("secret", [TOKEN, SECRET, KEY_SECRET, "Basic QUM6c2VjcmV0", "Bearer abc.def"])
def test_a_secret_is_not_written(log: logging.Logger, secret: str) -> None:
    """Wherever it got to; SIDs, which say whom a line is about, stay."""
    stream = writing(log)
    sid = new_sid(Kind.USER)
    try:
        raise ValueError(f"not good: {secret!r}")
    except ValueError:
        log.exception("refused %s of %s", secret, sid)
    assert secret not in stream.getvalue()
    assert sid in stream.getvalue()


def test_a_happening_has_a_size() -> None:
    """However long what it quotes."""
    assert len(escaped("x" * 1_000_000)) <= MAX_LOG_LINE + 1


def test_repetition_does_not_push_others_out(log: logging.Logger) -> None:
    """One place gets its burst; another is heard; what was left out is counted when there is time again."""
    now = 0.0
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    handler.addFilter(Pace(lambda: now))
    log.addHandler(handler)

    def complain(number: int) -> None:
        log.warning(f"bad input {number}")

    for number in range(100_000):
        complain(number)
    log.warning("something else")
    now += 2.0
    complain(100_000)
    lines = stream.getvalue().splitlines()
    assert sum("bad input" in line for line in lines) == BURST + 1
    assert sum("something else" in line for line in lines) == 1
    assert f"({100_000 - BURST} more like it were left out)" in lines[-1]


def test_a_file_rotates(log: logging.Logger, tmp_path: Path) -> None:
    """It and its older ones stay within their bound, private, and the newest line is in the file itself."""
    path = tmp_path / "a.log"
    handler = RotatingFile(path, max_bytes=1000)
    handler.setFormatter(LineFormatter())
    log.addHandler(handler)
    for number in range(500):
        log.warning("line %d", number)
    files = sorted(tmp_path.iterdir())
    assert len(files) == KEPT_FILES + 1
    assert all(file.stat().st_size <= 1000 for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert path.read_text().endswith("line 499\n")


def test_an_open_file_becomes_private(tmp_path: Path) -> None:
    """One that was left readable by others is closed to them."""
    path = tmp_path / "a.log"
    path.touch(mode=0o644)
    RotatingFile(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["link", "pipe", "directory"])
def test_only_a_plain_file_is_written(tmp_path: Path, kind: str) -> None:
    """A link could lead anywhere, and a pipe would make the program wait."""
    path = tmp_path / "a.log"
    if kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "pipe":
        subprocess.run(["mkfifo", str(path)], check=True)
    else:
        path.mkdir()
    with pytest.raises(OSError, match=r"a\.log"):
        RotatingFile(path)


def test_a_log_that_cannot_be_written_ends_nothing(
    log: logging.Logger, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nor does it say so on the screen: neither a full disk nor a directory that went away."""
    (tmp_path / "logs").mkdir()
    handler = RotatingFile(tmp_path / "logs" / "a.log", max_bytes=10)
    log.addHandler(handler)
    (tmp_path / "logs" / "a.log").unlink()
    (tmp_path / "logs").rmdir()
    for _ in range(5):
        log.warning("more than ten bytes")
    assert capfd.readouterr() == ("", "")


def test_configure_file_is_the_only_handler(tmp_path: Path) -> None:
    """In a program of its own, since it changes the root: the file gets the line, the terminal nothing."""
    path = tmp_path / "state" / "a.log"
    code = (
        "import logging, pathlib, sys; from chat_tui.logs import configure_file;"
        "configure_file(pathlib.Path(sys.argv[1]), 'info');"
        "logging.getLogger('x').info('hello %s', 'you'); logging.getLogger('httpx').info('GET https://secret')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    assert [line.split(" ", 1)[1].split() for line in path.read_text().splitlines()] == [["info", "hello", "you"]]


def test_the_on_demand_service_writes_a_file_that_rotates(tmp_path: Path) -> None:
    """Its log is the data directory's ``service.log``, which held nothing bounded while it was its standard error."""
    log_file = tmp_path / "service.log"
    log_file.write_bytes(b"x" * (2 * 1024 * 1024))
    log_file.chmod(0o600)
    command = [sys.executable, "-m", "chat_tui.cli", "serve", "--data", str(tmp_path), "--on-demand"]
    with log_file.open("ab") as last_words:
        process = subprocess.Popen([*command, "--idle-after", "60"], stderr=last_words)
    try:
        assert blocking_poll(lambda: process.poll() is not None or local_service.find(tmp_path))
        assert process.poll() is None
        assert "serving" in log_file.read_text()
        assert log_file.stat().st_size < 10_000
        assert (tmp_path / "service.log.1").stat().st_size == 2 * 1024 * 1024
    finally:
        process.terminate()
        process.wait(timeout=10)
