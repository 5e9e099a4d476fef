"""Directories and files of one user alone: made 0700 and 0600 whatever the umask, and trusted only when nobody else
could have put there what is found (guarantees, Security 9)."""

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{16}", re.ASCII)

MAX_LINKS = 40
"""Symbolic links on the way to a directory, as the kernel counts them."""

_OPEN = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class NotPrivate(PermissionError):
    """Somebody else has a hand in a path; the message names it, and the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EPERM, message)

    def __str__(self) -> str:
        return str(self.strerror)


# ---- directories


def private_directory(path: Path, *, mark: str | None = None) -> Path:
    """``path``, made (0700) when missing; its loose rights are tightened. Raises OSError, NotPrivate when it is a
    symbolic link, belongs to somebody else, or when others can write to it or exchange it for another.

    ``mark`` names a file that is in a directory of this kind: one without it that holds directories, as ``/etc`` or a
    home does, and that others may look into, is not closed to them by mistake, but refused."""
    path = path.absolute()
    make_directory(path)
    if path.is_symlink():
        raise NotPrivate(f"{path} is a symbolic link: name the directory it leads to")
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _OPEN)
    try:
        found = os.fstat(descriptor)
        _check_owner(path, found)
        if found.st_mode & _OTHERS_WRITE:
            raise NotPrivate(f"others can write to {path}: see that all in it is yours, then chmod 700 {path}")
        if mark is not None and found.st_mode & 0o077 and _holds_others(descriptor, mark):
            raise NotPrivate(f"{path} holds other things and others may look into it: name a directory of its own")
        _tighten(path, descriptor, 0o700)
    finally:
        os.close(descriptor)
    for directory in _way_to(path.parent):
        _check_step(directory, path)
    return path


def _holds_others(directory: int, mark: str) -> bool:
    with os.scandir(directory) as entries:
        found = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    return mark not in found and any(found.values())


def make_directory(path: Path) -> None:
    """Make ``path``, and what is missing on the way to it (0700). What is there is left as it is. Raises OSError."""
    if os.path.lexists(path):
        return
    make_directory(path.absolute().parent)
    with contextlib.suppress(FileExistsError):
        path.mkdir(0o700)
        path.chmod(0o700)  # whatever the umask took away


def _way_to(path: Path) -> Iterator[str]:
    """Every directory in which a name on the way to ``path`` is looked up, those of symbolic links too."""
    here, links = "/", 0
    pending = list(reversed(path.parts[1:]))
    while pending:
        yield here
        part = pending.pop()
        step = os.path.dirname(here) if part == ".." else os.path.join(here, part)  # noqa: PTH118, PTH120
        found = os.lstat(step)
        if not stat.S_ISLNK(found.st_mode):
            here = step
            continue
        links += 1
        if links > MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        if found.st_uid not in (0, os.geteuid()):
            raise NotPrivate(f"{step} on the way to {path} is somebody else's symbolic link")
        target = Path(os.readlink(step))  # noqa: PTH115 - Path would tidy the text
        here = "/" if target.is_absolute() else here
        pending += reversed([part for part in target.parts if part != "/"])
    yield here


def _check_step(directory: str, path: Path) -> None:
    """Who can write to a directory can exchange what is in it, unless it is sticky, as /tmp. Its owner is trusted: who
    owns a place decides over it like the administrator of the machine."""
    found = os.stat(directory)  # noqa: PTH116 - one of _way_to's texts
    others = found.st_mode & _OTHERS_WRITE
    if others == stat.S_IWGRP and _is_own_group(found.st_gid):
        return
    if others and not found.st_mode & stat.S_ISVTX:
        raise NotPrivate(f"others can write to {directory}, and so exchange {path}: chmod go-w {directory}")


def _is_own_group(gid: int) -> bool:
    """Whether a group is root's, or the one of their own that many systems give each user."""
    if gid == 0:
        return True
    if gid != os.getegid():
        return False
    import grp  # a directory of such rights is rare
    import pwd

    try:
        group, user = grp.getgrgid(gid), pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


# ---- files


def open_private(path: Path, flags: int) -> int:
    """A descriptor of the plain file ``path``, made (0600) when ``flags`` say so; its loose rights are tightened.
    Raises OSError, NotPrivate for a link, what is no plain file, and what is somebody else's."""
    check_private(path)  # before it is opened: some devices act on that alone
    descriptor = os.open(path, flags | _OPEN, 0o600)
    try:
        _check_file(path, os.fstat(descriptor))
        _tighten(path, descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def check_private(path: Path) -> bool:
    """Whether ``path`` exists, and then is a plain file of this user's with one name. Raises NotPrivate if not so."""
    try:
        _check_file(path, os.lstat(path))
    except FileNotFoundError:
        return False
    return True


def private_database(path: Path) -> None:
    """Make ``path`` (0600) when missing, so that SQLite, which gives its other files the same rights, may open it."""
    for suffix in ("-wal", "-shm", "-journal"):
        beside = path.with_name(path.name + suffix)
        if check_private(beside):
            os.close(open_private(beside, os.O_RDWR))
    os.close(open_private(path, os.O_RDWR | os.O_CREAT))


def read_private(path: Path, limit: int) -> bytes:
    """What is in a file of at most ``limit`` bytes. Raises OSError."""
    with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content


def replace_private(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Put ``content`` in the place of ``path`` (0600) in one step, which survives a power cut when ``durable``.
    Raises OSError."""
    check_private(path)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(open_private(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    if not durable:
        return
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def tidy(directory: Path) -> None:
    """Remove what `replace_private` left there when it was killed: nobody knows these names. Raises OSError."""
    for left in directory.iterdir():
        if _UNFINISHED.fullmatch(left.name) and not left.is_dir():
            left.unlink(missing_ok=True)


def _check_file(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise NotPrivate(f"{path} is a symbolic link: put the file itself there")
    if not stat.S_ISREG(found.st_mode):
        raise NotPrivate(f"{path} is not a plain file: move it away")
    _check_owner(path, found)
    if found.st_nlink > 1:
        raise NotPrivate(f"{path} has another name elsewhere (a hard link): put a copy in its place")


def _check_owner(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise NotPrivate(f"{path} belongs to user {found.st_uid}, not to you ({os.geteuid()}): use a place of your own")


def _tighten(path: Path, descriptor: int, mode: int) -> None:
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        os.fchmod(descriptor, mode)
        if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
            raise NotPrivate(f"the file system of {path} keeps no rights: others could read it; use another place")
