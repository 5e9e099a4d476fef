"""The outbox on disk: what was written and is not acknowledged yet survives quitting, a kill and a power cut."""

from datetime import datetime

from chat_tui.client.disk import Disk
from chat_tui.client.model import PendingMessage, SendState

_COLUMNS = "mutation_id, channel_sid, body, attributes, date_created, error"
_ALL = f"SELECT {_COLUMNS} FROM outbox ORDER BY position"  # noqa: S608 - our own column names
_PUT = f"""
INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (mutation_id) DO UPDATE SET error = excluded.error
"""  # noqa: S608
_REMOVE = "DELETE FROM outbox WHERE mutation_id = ?"


class Journal:
    """On an open disk. Every method returns when it is on disk, and raises DiskError."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def load(self) -> list[PendingMessage]:
        """What is unsent, oldest first."""
        rows = await self._disk.run(lambda database: database.execute(_ALL).fetchall())
        return [_pending(row) for row in rows]

    async def put(self, pending: PendingMessage) -> None:
        await self._disk.run(lambda database: database.execute(_PUT, _row(pending)) and None)

    async def remove(self, mutation_id: str) -> None:
        await self._disk.run(lambda database: database.execute(_REMOVE, (mutation_id,)) and None)


def _row(pending: PendingMessage) -> tuple[object, ...]:
    error = pending.error if pending.state is SendState.FAILED else None
    date = pending.date_created.isoformat()
    return (pending.mutation_id, pending.channel_sid, pending.body, pending.attributes, date, error)


def _pending(row: tuple[str, str, str, str, str, str | None]) -> PendingMessage:
    """Whether the service has what was being sent is not known: it is sent again, under the same id."""
    mutation_id, channel_sid, body, attributes, date, error = row
    state = SendState.QUEUED if error is None else SendState.FAILED
    return PendingMessage(mutation_id, channel_sid, body, datetime.fromisoformat(date), state, attributes, None, error)
