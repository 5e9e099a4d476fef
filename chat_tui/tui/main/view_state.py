"""Where the reader is and what they have begun: the open channel, drafts, and what was new when they came."""

from collections.abc import Sequence

import msgspec

from chat_tui.client.model import Channel, Message


class Divider(msgspec.Struct, frozen=True):
    """Stands before the message with index ``first``; ``count`` messages are new."""

    first: int
    count: int


def divider_for(messages: Sequence[Message], horizon: int | None, own_identity: str) -> Divider | None:
    """What is new above ``horizon``; without a horizon, everything (contract U9)."""
    above = -1 if horizon is None else horizon
    new = [message for message in messages if message.index > above]
    first = next((message for message in new if message.author != own_identity), None)
    if first is None:
        return None
    return Divider(first.index, 0 if horizon is None else sum(message.index >= first.index for message in new))


class ViewState:
    """``current`` and ``last`` are channel SIDs."""

    def __init__(self) -> None:
        self.current: str | None = None
        self.last: str | None = None
        self.drafts: dict[str, str] = {}
        self.divider: Divider | None = None
        self.is_loading = False
        self.has_focus = True
        """Whether the terminal is in front."""

    def go_to(self, sid: str, draft_here: str) -> str:
        """Move to a channel, leaving a draft behind. Returns the draft that waits there; what was typed in no
        channel comes along."""
        if self.current is None:
            self.drafts[sid] = draft_here or self.drafts.get(sid, "")
        else:
            self.drafts[self.current] = draft_here
        if self.current != sid:
            self.last = self.current
        self.current = sid
        self.divider = None
        return self.drafts.pop(sid, "")

    def has_draft(self, sid: str) -> bool:
        return bool(self.drafts.get(sid, "").strip())

    def arrived(self, channel: Channel, message: Message, own_identity: str, *, in_view: bool) -> None:
        """A message came into the open channel; what is not seen gets a divider."""
        if message.author == own_identity:
            self.divider = None
        elif self.divider is not None:
            if self.divider.count:
                self.divider = Divider(self.divider.first, self.divider.count + 1)
        elif not in_view:
            self.divider = Divider(message.index, 1)
