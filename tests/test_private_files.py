"""Private directories and files: what is made is one's own, and what is found must have been."""

import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat_tui.private_files import (
    NotPrivate,
    check_private,
    make_directory,
    open_private,
    private_database,
    private_directory,
    read_private,
    replace_private,
)

STRANGER = 12345


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.fixture(params=[0o000, 0o002, 0o022, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def give_away(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only the superuser gives files away")
    os.chown(path, STRANGER, STRANGER, follow_symlinks=False)


def test_what_is_made_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """Directories, those on the way to them, files, databases, and files that replace others."""
    private_directory(tmp_path / "way" / "to" / "data")
    make_directory(tmp_path / "logs" / "today")
    data = tmp_path / "way" / "to" / "data"
    os.close(open_private(data / "opened", os.O_RDWR | os.O_CREAT))
    private_database(data / "database")
    replace_private(data / "replaced", b"once")
    replace_private(data / "replaced", b"again")
    assert {mode(path) for path in tmp_path.rglob("*") if path.is_dir()} == {"0o700"}
    assert {mode(path) for path in data.iterdir()} == {"0o600"}
    assert sorted(path.name for path in data.iterdir()) == ["database", "opened", "replaced"]
    assert read_private(data / "replaced", 5) == b"again"


@pytest.mark.parametrize("rights", [0o750, 0o705, 0o755, 0o711, 0o500, 0o1755, 0o2755])
def test_a_directory_others_may_look_into_is_closed(tmp_path: Path, rights: int) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(rights)
    private_directory(data)
    assert mode(data) == "0o700"


@pytest.mark.parametrize("rights", [0o770, 0o707, 0o777, 0o1777, 0o720, 0o702, 0o2770])
def test_a_directory_others_may_write_to_is_refused(tmp_path: Path, rights: int) -> None:
    """What is in it may be theirs: it is left as it is, and the remedy is named."""
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(rights)
    with pytest.raises(NotPrivate, match=f"others can write to {data}.*chmod 700"):
        private_directory(data)
    assert mode(data) == oct(rights)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_nobody_may_exchange_a_directory(tmp_path: Path, depth: int) -> None:
    """Whoever can write to a directory above can put another in its place, unless that one is sticky."""
    data = tmp_path / "a" / "b" / "data"
    private_directory(data)
    above = data.parents[depth - 1]
    above.chmod(0o777)
    with pytest.raises(NotPrivate, match=f"others can write to {above}, .*chmod go-w"):
        private_directory(data)
    above.chmod(0o1777)
    private_directory(data)


def test_the_way_through_links_is_looked_at_too(tmp_path: Path) -> None:
    """A link above is followed, and where it stands and leads to must be safe as well."""
    private_directory(tmp_path / "real" / "data")
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "inner").symlink_to(tmp_path / "real")
    (tmp_path / "outer").symlink_to("loose/inner")
    data = tmp_path / "outer" / "data"
    private_directory(data)
    (tmp_path / "loose").chmod(0o777)
    with pytest.raises(NotPrivate, match=r"others can write to .*loose"):
        private_directory(data)
    (tmp_path / "loose").chmod(0o1777)
    private_directory(data)
    give_away(tmp_path / "loose" / "inner")
    with pytest.raises(NotPrivate, match=r"inner .*somebody else's symbolic link"):
        private_directory(data)


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(OSError, match=r"one|two"):
        private_directory(tmp_path / "one" / "data")


def test_a_link_or_a_file_is_no_directory(tmp_path: Path) -> None:
    """Nor is a link to nowhere, which would be made where somebody else wants it."""
    (tmp_path / "there").mkdir()
    (tmp_path / "file").touch()
    for name, target in (("link", "there"), ("dangling", "nowhere")):
        (tmp_path / name).symlink_to(tmp_path / target)
        with pytest.raises(NotPrivate, match=f"{name} is a symbolic link: name the directory"):
            private_directory(tmp_path / name)
    with pytest.raises(NotADirectoryError):
        private_directory(tmp_path / "file")
    assert not (tmp_path / "nowhere").exists()


def test_somebody_elses_directory_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(0o700)
    give_away(data)
    with pytest.raises(NotPrivate, match=f"belongs to user {STRANGER}"):
        private_directory(data)


def _hard_link(path: Path) -> None:
    (path.parent / "other").write_text("precious")
    os.link(path.parent / "other", path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def _given_away(path: Path) -> None:
    path.touch(0o666)
    give_away(path)


KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "link": (lambda path: path.symlink_to(path.parent / "other"), "is a symbolic link"),
    "hard link": (_hard_link, "hard link"),
    "pipe": (os.mkfifo, "not a plain file"),
    "directory": (Path.mkdir, "not a plain file"),
    "socket": (_socket, "not a plain file"),
    "given away": (_given_away, "belongs to user"),
}
USES: dict[str, Callable[[Path], object]] = {
    "open to write": lambda path: open_private(path, os.O_WRONLY | os.O_CREAT),
    "open to read": lambda path: open_private(path, os.O_RDONLY),
    "read": lambda path: read_private(path, 100),
    "replace": lambda path: replace_private(path, b"new"),
    "database": private_database,
    "check": check_private,
}


@pytest.mark.timeout(5)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("use", USES)
def test_only_ones_own_plain_file_is_touched(tmp_path: Path, kind: str, use: str) -> None:
    """A link could lead to anything of one's own, a pipe would make the program wait, a stranger's file is theirs."""
    path = tmp_path / "file"
    make, words = KINDS[kind]
    make(path)
    with pytest.raises(NotPrivate, match=words):
        USES[use](path)
    assert not (tmp_path / "other").exists() or (tmp_path / "other").read_text() == "precious"


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_what_stands_beside_a_database_is_looked_at(tmp_path: Path, suffix: str) -> None:
    """SQLite would write through a link there as well."""
    beside = tmp_path / f"chat.db{suffix}"
    beside.touch()
    beside.chmod(0o644)
    private_database(tmp_path / "chat.db")
    assert mode(beside) == "0o600"
    beside.unlink()
    beside.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotPrivate, match=f"{suffix} is a symbolic link"):
        private_database(tmp_path / "chat.db")


def test_a_file_is_read_to_its_bound(tmp_path: Path) -> None:
    replace_private(tmp_path / "file", b"12345")
    with pytest.raises(OSError, match="too large"):
        read_private(tmp_path / "file", 4)


def test_a_replacement_that_fails_leaves_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing beside it."""
    replace_private(tmp_path / "file", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_private(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_directory_of_other_things_is_not_closed_by_mistake(tmp_path: Path) -> None:
    """A home, or the like, that others may look into; one with the mark, or without directories, is one's own."""
    for name, mark, directory in (("home", False, True), ("data", True, True), ("new", False, False)):
        path = tmp_path / name
        path.mkdir()
        path.chmod(0o755)
        (path / "file").touch()
        if mark:
            (path / "mark").touch()
        if directory:
            (path / "pictures").mkdir()
    with pytest.raises(NotPrivate, match="home holds other things"):
        private_directory(tmp_path / "home", mark="mark")
    assert mode(tmp_path / "home") == "0o755"
    for name in ("data", "new"):
        private_directory(tmp_path / name, mark="mark")
        assert mode(tmp_path / name) == "0o700"
    (tmp_path / "home").chmod(0o700)
    private_directory(tmp_path / "home", mark="mark")
