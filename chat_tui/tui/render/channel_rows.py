"""The rows of the channel list."""

import msgspec

from chat_tui.client.model import Channel
from chat_tui.protocol.values import ChannelStatus
from chat_tui.tui.render.attention import Attention
from chat_tui.tui.render.glyphs import Glyphs
from chat_tui.tui.render.line import Line, Piece, between, width_of
from chat_tui.tui.render.names import NameWithin, room_in_steps
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.wrap import cells

MENTIONS_SHOWN = 100


class ChannelRow(msgspec.Struct, frozen=True):
    """A channel as the list shows it."""

    sid: str
    name: Safe
    attention: Attention
    is_invited: bool = False
    is_muted: bool = False
    has_draft: bool = False


def channel_row(channel: Channel, attention: Attention, *, name: Safe, has_draft: bool) -> ChannelRow:
    return ChannelRow(
        channel.sid,
        name,
        attention,
        is_invited=channel.status is ChannelStatus.INVITED,
        is_muted=channel.is_muted,
        has_draft=has_draft,
    )


def sort_key(row: ChannelRow) -> tuple[bool, str, str]:
    """By name, invitations last."""
    return (row.is_invited, row.name.casefold(), row.sid)


def mentions_badge(count: int) -> Safe:
    """As ``@2``, and ``@100+`` beyond what is counted."""
    return Safe(f"@{count}" if count < MENTIONS_SHOWN else f"@{MENTIONS_SHOWN}+")


def channel_line(
    row: ChannelRow, width: int, glyphs: Glyphs, within: NameWithin, *, is_current: bool, is_cursor: bool
) -> Line:
    """Sign, name, and at the right draft, mute, mentions, number. ``within`` says how a name is cut."""
    asks = row.attention
    style = "dim" if asks.is_dim and not asks.mentions else "strong" if asks.is_bold else "plain"
    if is_current:
        style = "accent"
    lead = glyphs.cursor if is_cursor else Safe(" ")
    sign = glyphs.invited if row.is_invited else Safe("#")
    right: list[Piece] = []
    if row.has_draft:
        right.append(Piece(Safe(f" {glyphs.draft}"), "accent"))
    if row.is_muted:
        right.append(Piece(Safe(" M"), "dim"))
    if asks.mentions:
        right.append(Piece(Safe(f" {mentions_badge(asks.mentions)}"), "mention"))
    if asks.number:
        right.append(Piece(Safe(f" {asks.number}"), "dim" if asks.is_dim else "strong"))
    right.append(Piece(Safe(" ")))
    name, room = row.name, width - 3 - width_of(right)
    if cells(name) > room:
        name = within(row.sid, room_in_steps(room))
    left = (Piece(lead, "cursor"), Piece(Safe(f"{sign} "), "dim"), Piece(name, style))
    return between(left, tuple(right), width)
