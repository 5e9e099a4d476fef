"""A database that comes back from a copy is found again."""

import asyncio
import shutil
from pathlib import Path

import apsw
import pytest

from chat_tui.server.core import ServiceCore
from chat_tui.server.data_directory import Credentials, locked_directory
from chat_tui.server.operations.actors import AccountActor
from chat_tui.server.operations.messages import ListMessages, SendMessage
from chat_tui.server.operations.services import DeleteService
from chat_tui.server.seeding import check_files_match, seed


async def _start(data: Path, body: str | None, *, delete: bool = False) -> tuple[Credentials, list[str]]:
    with locked_directory(data) as directory:
        core = ServiceCore(data, synchronous="OFF")
        await core.start()
        try:
            await check_files_match(core, directory)
            credentials = directory.credentials()
            credentials.service_sid = await seed(core, credentials)
            directory.keep(credentials)
            run, actor, sid = core.dispatcher.run, AccountActor(credentials.account_sid), credentials.service_sid
            if body is not None:
                await run(actor, SendMessage(sid, "general", body))
            found = [message.body for message in (await run(actor, ListMessages(sid, "general"))).items]
            if delete:
                await run(actor, DeleteService(sid))
            return credentials, found
        finally:
            await core.close()


def start(data: Path, body: str | None = None, *, delete: bool = False) -> tuple[Credentials, list[str]]:
    """A start, something that is said in the local service's first channel, and what was said there."""
    return asyncio.run(_start(data, body, delete=delete))


def lose(data: Path) -> None:
    for file in data.glob("chat.db*"):
        file.unlink()


@pytest.mark.parametrize("starts_between", [0, 1, 3])
def test_a_database_that_was_lost_and_comes_back_is_found_again(tmp_path: Path, starts_between: int) -> None:
    """Though services were made in its place meanwhile: what the terminal shows is the old one."""
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    first, _ = start(data, "before")
    shutil.copy(data / "chat.db", copy)
    lose(data)
    for _ in range(starts_between):
        start(data, "in between")
    lose(data)
    shutil.copy(copy, data / "chat.db")
    (data / "chat.db").chmod(0o600)
    again, bodies = start(data)
    assert (again.service_sid, bodies) == (first.service_sid, ["before"])
    assert start(data, "after")[1] == ["before", "after"]


def test_an_older_copy_is_the_same_service(tmp_path: Path) -> None:
    """What was said since is not in it, and what is said goes on from there."""
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    first, _ = start(data, "one")
    shutil.copy(data / "chat.db", copy)
    start(data, "two")
    lose(data)
    shutil.copy(copy, data / "chat.db")
    (data / "chat.db").chmod(0o600)
    again, bodies = start(data, "three")
    assert (again.service_sid, bodies) == (first.service_sid, ["one", "three"])


def test_a_first_start_that_was_cut_off_is_gone_on_with(tmp_path: Path) -> None:
    """No second local service is made."""
    data = tmp_path / "data"
    first, _ = start(data)
    credentials = data / "credentials.json"
    credentials.write_text(credentials.read_text().replace(first.service_sid, ""))
    assert start(data)[0].service_sid == first.service_sid
    database = apsw.Connection(str(data / "chat.db"))
    assert database.execute("SELECT count(*) FROM services").get == 1
    database.close()


def test_a_local_service_that_was_deleted_is_made_anew(tmp_path: Path) -> None:
    """Its operator wanted it so."""
    data = tmp_path / "data"
    first, _ = start(data, delete=True)
    again, bodies = start(data)
    assert again.service_sid != first.service_sid
    assert bodies == []
