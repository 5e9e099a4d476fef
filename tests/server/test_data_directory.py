"""The data directory of a service: whose it is, what is in it, and what is said at the start when it is not right."""

import asyncio
import fcntl
import os
import resource
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from chat_tui.local_service import LocalServiceError, attach
from chat_tui.server.core import ServiceCore
from chat_tui.server.data_directory import AlreadyServed, CannotServe, locked_directory
from chat_tui.server.seeding import check_files_match, seed
from tests.support.service import ServiceProcess

FILES = ("chat.db", "chat.db-wal", "chat.db-shm", "secrets.key", "credentials.json", "service.lock", "service.log")


def serve(data: Path, **options: object) -> "subprocess.CompletedProcess[str]":
    """A service that is expected not to start."""
    command = [sys.executable, "-m", "chat_tui.cli", "serve", "--log-level", "warning", "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, **options)  # type: ignore[call-overload,no-any-return]


def begin(data: Path) -> None:
    """What a start does with the directory and the database, without a port."""
    asyncio.run(_begin(data))


async def _begin(data: Path) -> None:
    with locked_directory(data) as directory:
        core = ServiceCore(data, synchronous="OFF")
        await core.start()
        try:
            await check_files_match(core, directory)
            credentials = directory.credentials()
            credentials.service_sid = await seed(core, credentials)
            directory.keep(credentials)
        finally:
            await core.close()


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A directory that a service has been in."""
    data = tmp_path / "data"
    begin(data)
    return data


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_a_service_makes_everything_private(tmp_path: Path, umask: int) -> None:
    """Whatever the umask of who starts it."""
    service = ServiceProcess(tmp_path / "above" / "data")
    (tmp_path / "above").mkdir()
    (tmp_path / "above" / "data").mkdir(0o700)
    before = os.umask(umask)
    try:
        service.start()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in service.data.iterdir()}
    finally:
        os.umask(before)
        service.stop()
    modes.pop("test.log")
    assert set(modes) >= {"chat.db", "chat.db-wal", "secrets.key", "credentials.json", "service.json", "service.lock"}
    assert set(modes.values()) == {0o600}


def test_loose_rights_are_tightened(begun: Path) -> None:
    """Of the directory, and of every file the service knows."""
    begun.chmod(0o755)
    for name in FILES:
        (begun / name).touch()
        (begun / name).chmod(0o644)
    (begun / "secrets.key").chmod(0o666)
    with locked_directory(begun):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in begun.iterdir()}
    assert (stat.S_IMODE(begun.stat().st_mode), set(modes.values())) == (0o700, {0o600})


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "directory"])
def test_what_is_no_file_of_its_own_is_refused(begun: Path, name: str, kind: str) -> None:
    """By name, at once, and what a link leads to is not touched."""
    elsewhere = begun.parent / "elsewhere"
    elsewhere.write_text("precious")
    elsewhere.chmod(0o644)
    (begun / name).unlink(missing_ok=True)
    make: dict[str, Callable[[Path], object]] = {
        "link": lambda path: path.symlink_to(elsewhere),
        "dangling link": lambda path: path.symlink_to(begun.parent / "nowhere"),
        "hard link": lambda path: os.link(elsewhere, path),
        "pipe": os.mkfifo,
        "directory": Path.mkdir,
    }
    make[kind](begun / name)
    with pytest.raises(CannotServe, match=f"{name} "), locked_directory(begun):
        raise AssertionError("held")
    assert (elsewhere.read_text(), stat.S_IMODE(elsewhere.stat().st_mode)) == ("precious", 0o644)
    assert not (begun.parent / "nowhere").exists()


def test_service_json_is_removed_whatever_it_is(begun: Path) -> None:
    """A link there is removed, not what it leads to."""
    (begun / "service.json").symlink_to(begun / "credentials.json")
    with locked_directory(begun):
        assert not (begun / "service.json").is_symlink()
        assert (begun / "credentials.json").exists()


def test_one_service_has_the_directory(begun: Path) -> None:
    """By the lock on the file that has the name, and a client that just looks does not stand in the way."""
    with locked_directory(begun) as directory:
        assert (begun / "service.lock").read_text() == directory.prover.instance
        with pytest.raises(AlreadyServed, match="served already"), locked_directory(begun):
            raise AssertionError("held twice")
    looking = (begun / "service.lock").open()
    fcntl.flock(looking, fcntl.LOCK_SH)
    threading.Timer(0.05, looking.close).start()
    with locked_directory(begun):
        assert looking.closed


def test_a_service_leaves_what_another_announced(begun: Path) -> None:
    """The directory was moved away, and another begun in its place, as long as the first one ran."""
    with locked_directory(begun) as first:
        first.announce("http://127.0.0.1:1", first.credentials())
        assert not first.is_taken()
        begun.rename(begun.with_name("moved"))
        assert not first.is_taken()  # it may come back
        with locked_directory(begun) as second:
            second.announce("http://127.0.0.1:2", second.credentials())
            assert first.is_taken()
            first.withdraw()
            assert second.prover.instance in (begun / "service.json").read_text()
            second.withdraw()
            assert not (begun / "service.json").exists()


def test_what_stands_in_the_place_of_service_json_keeps_no_service_from_ending(begun: Path) -> None:
    """A directory, of which nobody knows what for."""
    with locked_directory(begun) as directory:
        directory.announce("http://127.0.0.1:1", directory.credentials())
        (begun / "service.json").unlink()
        (begun / "service.json").mkdir()
        directory.withdraw()


def test_a_service_whose_lock_is_removed_ends(tmp_path: Path) -> None:
    """Another one could be started beside it, and each would think it is the only one."""
    service = ServiceProcess(tmp_path)
    service.start()
    (tmp_path / "service.lock").unlink()
    assert service.process is not None
    assert service.process.wait(10) == 0
    assert "the lock of" in (tmp_path / "test.log").read_text()
    assert not (tmp_path / "service.json").exists()


def test_no_secret_stays_of_a_start_that_was_killed(begun: Path) -> None:
    """What was being written when it died is removed by the next."""
    left = begun / ".credentials.json.0123456789abcdef"
    left.write_text("secret")
    with locked_directory(begun):
        assert not left.exists()
        assert (begun / "credentials.json").exists()


def lose_key(data: Path) -> None:
    (data / "secrets.key").unlink()


def change_key(data: Path) -> None:
    (data / "secrets.key").write_bytes(Fernet.generate_key())


def lose_credentials(data: Path) -> None:
    (data / "credentials.json").unlink()


def lose_both(data: Path) -> None:
    lose_key(data)
    lose_credentials(data)


def change_credentials(data: Path) -> None:
    path = data / "credentials.json"
    path.write_text(path.read_text().replace('"auth_token": "', '"auth_token": "00'))


def take_another_account(data: Path) -> None:
    path = data / "credentials.json"
    path.write_text(path.read_text().replace('"account_sid": "AC', '"account_sid": "AC00'))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lose_key, "secrets.key is missing"),
        (change_key, "secrets.key is not the one"),
        (lose_credentials, "credentials.json is missing"),
        (lose_both, "secrets.key is missing"),
        (change_credentials, "credentials.json is not the one"),
        (take_another_account, "credentials.json is not the one"),
    ],
)
def test_a_lost_or_strange_file_beside_the_database_is_said(
    begun: Path, harm: Callable[[Path], None], words: str
) -> None:
    """With the remedy, again at the next start, and it is no loss: once the file is back all is as it was."""
    kept = {name: (begun / name).read_bytes() for name in ("secrets.key", "credentials.json")}
    harm(begun)
    left = sorted(path.name for path in begun.iterdir())
    for _ in range(2):
        with pytest.raises(CannotServe, match=f"{words}.*restore both from the same backup, or move {begun} away"):
            begin(begun)
        assert sorted(path.name for path in begun.iterdir()) == left
    for name, content in kept.items():
        (begun / name).write_bytes(content)
    begin(begun)
    assert {name: (begun / name).read_bytes() for name in kept} == kept


def test_without_a_database_everything_begins_anew(begun: Path) -> None:
    """Nothing is sealed yet, so any key will do."""
    for path in begun.glob("chat.db*"):
        path.unlink()
    lose_key(begun)
    begin(begun)
    begin(begun)


@pytest.mark.parametrize("content", ["", "junk", "{}", '{"port": 70000}', "[" * 100_000, "x" * 1_000_000])
@pytest.mark.parametrize("name", ["secrets.key", "credentials.json"])
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, name: str, content: str) -> None:
    """Of the service, and of the client that waits for it, which is told at once."""
    data = tmp_path / "data"
    data.mkdir(0o700)
    (data / name).write_text(content)
    done = serve(data)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert done.stderr.startswith(f"Error: {data / name}")


def bounded(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 20, 100, 2000, 30_000])
def test_a_disk_that_takes_no_more_is_one_clear_line(tmp_path: Path, size: int) -> None:
    """At every point of the first start."""
    data = tmp_path / "data"
    done = serve(data, preexec_fn=bounded(size))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert done.stderr.startswith(f"Error: {data}")


@pytest.fixture
def strange_place() -> Iterator[Path]:
    """A directory of another user, whom the superuser can become."""
    if os.geteuid() != 0:
        pytest.skip("only the superuser can become another")
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        (place / "data").mkdir(0o700)
        os.chown(place / "data", 12345, 12345)
        yield place


def test_what_may_not_be_written_is_one_clear_line(strange_place: Path) -> None:
    """Another's directory, a place where nothing may be made, one's own without rights."""
    mine, theirs = strange_place / "data", strange_place / "theirs"
    theirs.mkdir(0o700)
    for data, words in ((theirs, "Permission denied|belongs to user 0"), (strange_place / "new", "Permission denied")):
        done = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER, str(data)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2, done.stderr
        assert any(word in done.stderr for word in words.split("|")), done.stderr
        assert len(done.stderr.splitlines()) == 1
    mine.chmod(0o500)
    (mine / "chat.db").mkdir()
    with pytest.raises(LocalServiceError, match="belongs to user 12345"):
        attach(mine)


AS_ANOTHER = """
import os, sys
from pathlib import Path
from chat_tui.server.data_directory import CannotServe, locked_directory
os.setgroups([]); os.setgid(12345); os.setuid(12345)
try:
    with locked_directory(Path(sys.argv[1])): pass
except CannotServe as error:
    print(error, file=sys.stderr); sys.exit(2)
"""


def test_a_waiting_client_hears_at_once_why_there_is_no_service(tmp_path: Path) -> None:
    """Not after the time a start may take, and in the service's words."""
    (tmp_path / "data").mkdir(0o700)
    (tmp_path / "data" / "secrets.key").write_text("junk")
    began = time.monotonic()
    with pytest.raises(LocalServiceError, match=r"did not start: .*secrets.key holds no key"):
        attach(tmp_path / "data")
    assert time.monotonic() - began < 8


def test_a_waiting_client_hears_nothing_of_an_earlier_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor, when the service could not say anything, anything but where to look."""
    data = tmp_path / "data"
    data.mkdir(0o700)
    (data / "service.log").write_text("Error: of long ago\n")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(LocalServiceError, match=r"did not start: see .*service\.log$"):
        attach(data)
    assert [path.name for path in data.iterdir()] == ["service.log"]
