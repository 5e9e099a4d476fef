"""Whether the files of a database are still what they were opened as."""

from pathlib import Path

import pytest

from chat_tui.server.store.files import INDEX, WAL, DatabaseFiles


class World:
    """A database's three files; SQLite needs ``logged`` bytes of the log."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "chat.db"
        for suffix in ("", WAL, INDEX):
            Path(f"{self.path}{suffix}").write_bytes(b"x" * 100)
        self.logged = 80
        self.files = DatabaseFiles(self.path, lambda: self.logged)

    def file(self, suffix: str) -> Path:
        return Path(f"{self.path}{suffix}")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_files_that_grow_are_well(world: World) -> None:
    """They do, in use."""
    for suffix in ("", WAL, INDEX):
        with world.file(suffix).open("ab") as file:
            file.write(b"more")
    assert world.files.trouble() is None


@pytest.mark.parametrize("suffix", ["", WAL, INDEX])
def test_what_became_of_a_file_is_said_in_words(suffix: str, world: World) -> None:
    """Cut short, replaced, gone."""
    file = world.file(suffix)
    file.write_bytes(b"x" * 10)
    assert world.files.trouble() == f"{file} was cut short"
    other = file.with_name("other")
    other.write_bytes(b"x" * 100)
    other.replace(file)
    assert world.files.trouble() == f"{file} was replaced"
    file.unlink()
    assert str(world.files.trouble()).startswith(f"{file} is gone (")


def test_the_log_may_shrink_to_what_is_needed_of_it(world: World) -> None:
    """Another program may have asked SQLite for that; then it has the new size."""
    world.file(WAL).write_bytes(b"x" * 90)
    assert world.files.trouble() is None
    world.logged = 50
    world.file(WAL).write_bytes(b"x" * 40)
    assert world.files.trouble() == f"{world.file(WAL)} was cut short"


def test_each_question_looks_at_what_its_time_can_tell(world: World) -> None:
    """Before a commit the log and its index, after it the database and the log."""
    world.path.write_bytes(b"")
    assert world.files.trouble_before() is None
    assert world.files.trouble_after() is not None
    world.path.write_bytes(b"x" * 100)
    world.file(INDEX).write_bytes(b"")
    assert world.files.trouble_before() is not None
    assert world.files.trouble_after() is None


def test_a_file_that_was_not_there_is_not_missed(tmp_path: Path) -> None:
    """An index may come later."""
    (tmp_path / "chat.db").write_bytes(b"x")
    files = DatabaseFiles(tmp_path / "chat.db", lambda: 0)
    assert (files.trouble(), files.trouble_before(), files.trouble_after()) == (None, None, None)
