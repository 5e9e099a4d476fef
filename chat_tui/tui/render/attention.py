"""The one predicate that says what a channel asks of its reader, and so what mute means everywhere."""

import msgspec

from chat_tui.protocol.values import ChannelStatus


class Attention(msgspec.Struct, frozen=True):
    """``number`` is what stands at the right of the row: a count, ``new``, ``invited``, or nothing."""

    is_bold: bool
    is_dim: bool
    number: str
    unread: int
    """What the channel adds to the totals."""
    mentions: int
    """What it adds to the total of mentions."""
    is_next: bool
    """Whether next-unread stops here."""
    rings: bool
    """Whether a new message may ring a bell."""


def attention(
    *,
    status: ChannelStatus,
    is_muted: bool,
    unread: int | None,
    has_messages: bool,
    mentions: int,
    read_status_enabled: bool = True,
) -> Attention:
    """``unread`` is ``None`` while no horizon is set (contract U9): with messages such a channel is new."""
    if status is ChannelStatus.INVITED:
        return Attention(True, False, "invited", 0, 0, is_next=False, rings=False)
    if not read_status_enabled:
        return Attention(mentions > 0, is_muted, "", 0, mentions, is_next=mentions > 0, rings=not is_muted)
    is_new = unread is None and has_messages
    has_unread = bool(unread) or is_new
    number = "new" if is_new else str(unread or "")
    if is_muted:
        return Attention(mentions > 0, True, number, 0, mentions, is_next=mentions > 0, rings=mentions > 0)
    return Attention(has_unread, False, number, unread or 0, mentions, is_next=has_unread, rings=has_unread)
