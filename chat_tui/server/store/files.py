"""Whether the files of an open database are still where they were opened: what is written to a file that was deleted,
replaced or cut short is on no disk that anybody finds again."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

WAL, INDEX = "-wal", "-shm"
"""What SQLite keeps beside a database in use: the log of changes, and an index of it."""


class DatabaseFiles:
    """The database at ``path`` and what is kept beside it, as they are now. None of them shrinks while it is in use,
    but for the log of changes when another program asked SQLite for that: ``logged`` tells how many bytes it needs.
    The questions tell what happened to the first file that is not what it was, in words; ``None`` when all are well."""

    def __init__(self, path: Path, logged: Callable[[], int]) -> None:
        self._logged = logged
        self._known: dict[str, tuple[int, int, int]] = {}
        names = [str(path), f"{path}{WAL}", f"{path}{INDEX}"]
        for name in names:
            try:
                found = os.stat(name)  # noqa: PTH116 - asked with each commit
            except FileNotFoundError:
                continue
            self._known[name] = (found.st_ino, found.st_dev, found.st_size)
        self._before = [name for name in names[1:] if name in self._known]
        self._after = [name for name in names[:2] if name in self._known]

    def trouble_before(self) -> str | None:
        """Asked before a commit, which would hide that the log of changes was cut short."""
        return self._trouble(self._before)

    def trouble_after(self) -> str | None:
        """Asked after a commit, before anybody is told of it."""
        return self._trouble(self._after)

    def trouble(self) -> str | None:
        return self._trouble(self._known)

    def _trouble(self, names: Iterable[str]) -> str | None:
        for name in names:
            inode, device, size = self._known[name]
            try:
                found = os.stat(name)  # noqa: PTH116
            except OSError as error:
                return f"{name} is gone ({error.strerror})"
            if found.st_ino != inode or found.st_dev != device:
                return f"{name} was replaced"
            if found.st_size != size:
                if found.st_size < size and not (name.endswith(WAL) and found.st_size >= self._logged()):
                    return f"{name} was cut short"
                self._known[name] = (inode, device, found.st_size)
        return None
