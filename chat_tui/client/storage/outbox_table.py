"""The outbox on disk: what was written and is not acknowledged yet survives quitting, a kill and a power cut."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from chat_tui.client.model import PendingMessage, SendState
from chat_tui.client.storage.database import COLUMNS
from chat_tui.client.storage.disk import Disk

if TYPE_CHECKING:
    import sqlite3

_ALL = f"SELECT position, {COLUMNS} FROM outbox ORDER BY position"  # noqa: S608 - our own column names
_PUT = f"""
INSERT INTO outbox ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (mutation_id) DO UPDATE SET error = excluded.error
"""  # noqa: S608
_REMOVE = "DELETE FROM outbox WHERE mutation_id = ?"
_QUARANTINE = "INSERT INTO quarantine (content, reason) VALUES (?, ?)"
_REMOVE_ROW = "DELETE FROM outbox WHERE position = ?"


class OutboxTable:
    """On an open disk. Every method returns when it is on disk, and raises DiskError."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def load(self) -> list[PendingMessage]:
        """What is unsent, oldest first. A row that is no message is moved to the table ``quarantine``, and said."""
        return await self._disk.run(self._load)

    def _load(self, database: "sqlite3.Connection") -> list[PendingMessage]:
        found = []
        for position, *row in database.execute(_ALL).fetchall():
            try:
                found.append(_pending(row))
            except ValueError as error:
                database.execute(_QUARANTINE, (repr(row), str(error)))
                database.execute(_REMOVE_ROW, (position,))
                self._disk.note_damage(f"an unsent message was damaged ({error}): it is kept in the table quarantine")
        return found

    async def put(self, pending: PendingMessage) -> None:
        await self._disk.run(lambda database: database.execute(_PUT, _row(pending)) and None)

    async def remove(self, mutation_id: str) -> None:
        await self._disk.run(lambda database: database.execute(_REMOVE, (mutation_id,)) and None)


def _row(pending: PendingMessage) -> tuple[object, ...]:
    error = pending.error if pending.state is SendState.FAILED else None
    date = pending.date_created.isoformat()
    return (pending.mutation_id, pending.channel_sid, pending.body, pending.attributes, date, error)


def _pending(row: list[Any]) -> PendingMessage:
    """Whether the service has what was being sent is not known: it is sent again, under the same id. Raises
    ValueError."""
    mutation_id, channel_sid, body, attributes, date, error = row
    texts = {"id": mutation_id, "channel": channel_sid, "body": body, "attributes": attributes, "date": date}
    for what, text in texts.items():
        if not isinstance(text, str) or not (text or what == "body"):
            raise ValueError(f"its {what} is no text")
    if not isinstance(error, str | None):
        raise ValueError("its error is no text")
    written = datetime.fromisoformat(date)
    if written.tzinfo is None:
        raise ValueError("its date has no zone")
    state = SendState.QUEUED if error is None else SendState.FAILED
    return PendingMessage(mutation_id, channel_sid, body, written, state, attributes, None, error)
