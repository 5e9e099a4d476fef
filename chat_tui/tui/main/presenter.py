"""Turns what the client knows into what the panes show: values in, values out."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from chat_tui.client import ChatClient, NotificationLevel, Phase
from chat_tui.client.model import Channel, Member
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.tui.main.display_names import DisplayNames
from chat_tui.tui.main.folding import MEDIUM
from chat_tui.tui.main.mentions import Mentions
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.render.attention import Attention, attention
from chat_tui.tui.render.channel_rows import ChannelRow, channel_row, mentions_badge, sort_key
from chat_tui.tui.render.glyphs import Glyphs, Mark
from chat_tui.tui.render.line import Line, Piece
from chat_tui.tui.render.link_words import link_words
from chat_tui.tui.render.log_lines import LogContent
from chat_tui.tui.render.names import Nameable
from chat_tui.tui.render.roster_rows import Heading, RosterRow, grouped, reach_line, roster_row
from chat_tui.tui.render.safe_text import Safe, safe_name
from chat_tui.tui.render.times import Clock
from chat_tui.tui.render.wrap import cells, shorten

TYPING_NAMES = 3
MIN_TYPING = 8
"""Cells of a name below which those who type are counted instead."""

SID_SHOWN = 6
"""How many of its characters stand for a channel whose name alone does not tell which it is."""


T = TypeVar("T")
R = TypeVar("R")


class Presenter:
    """``place`` names the service, for the title. ``on_fault`` is told of what cannot be shown: a channel or a person
    that makes no sense takes no other along."""

    def __init__(
        self,
        client: ChatClient,
        view: ViewState,
        mentions: Mentions,
        clock: Clock,
        glyphs: Glyphs,
        place: str,
        on_fault: Callable[[str, Exception], object],
    ) -> None:
        self._on_fault = on_fault
        self._client = client
        self._view = view
        self._mentions = mentions
        self._clock = clock
        self._glyphs = glyphs
        self._place = safe_name(place)
        self.people_names = DisplayNames()
        self.channel_names = DisplayNames()

    @property
    def identity(self) -> str:
        return self._client.identity

    # ---- channels

    def attention(self, channel: Channel) -> Attention:
        return attention(
            status=channel.status,
            is_muted=channel.notification_level is NotificationLevel.MUTED,
            unread=channel.unread_messages_count,
            has_messages=channel.last_message is not None,
            mentions=self._mentions.of(channel.sid),
            read_status_enabled=self._client.read_status_enabled,
        )

    def channel_rows(self) -> list[ChannelRow]:
        self._name_channels()
        return sorted(self._each("a channel", self._channel_row, self._client.channels.values()), key=sort_key)

    def _each(self, what: str, make: Callable[[T], R], things: Iterable[T]) -> list[R]:
        """What is made of each; what nothing can be made of is left out."""
        found = []
        for thing in things:
            try:
                found.append(make(thing))
            except Exception as error:
                self._on_fault(f"showing {what}", error)
        return found

    def _channel_row(self, channel: Channel) -> ChannelRow:
        name, has_draft = self.channel_names.of(channel.sid).text, self._view.has_draft(channel.sid)
        return channel_row(channel, self.attention(channel), name=name, has_draft=has_draft)

    def _name_channels(self) -> None:
        self.channel_names.replace(
            {sid: _nameable_channel(sid, channel) for sid, channel in self._client.channels.items()}
        )

    def next_unread(self) -> str | None:
        """The SID of the next channel below the open one that asks for a reader."""
        rows = self.channel_rows()
        here = next((n for n, row in enumerate(rows) if row.sid == self._view.current), -1)
        for row in rows[here + 1 :] + rows[: here + 1]:
            if row.attention.is_next and row.sid != self._view.current:
                return row.sid
        return None

    # ---- the open channel

    @property
    def channel(self) -> Channel | None:
        return None if self._view.current is None else self._client.channels.get(self._view.current)

    @property
    def opened(self) -> OpenChannel | None:
        return None if self._view.current is None else self._client.channels.open.get(self._view.current)

    def log(self) -> LogContent:
        channel, opened, view = self.channel, self.opened, self._view
        if channel is None:
            return LogContent(words=self._welcome())
        if not channel.is_joined:
            inviter = channel.invited_by or channel.created_by
            by = self.name_of(inviter) if inviter else "somebody"
            return LogContent(words=(f"{by} invites you to {self.title_of(channel.sid)}", "/accept or /decline"))
        return LogContent(
            messages=() if opened is None else opened.messages,
            pending=self._client.outbox.unsent_in(channel.sid),
            author=self.author,
            naming=lambda: self.people_names.version,
            own_identity=self.identity,
            first_new=None if view.divider is None else view.divider.first,
            new_count=0 if view.divider is None else view.divider.count,
            has_older=opened is not None and opened.has_older,
            is_loading=view.is_loading,
        )

    def _welcome(self) -> tuple[str, ...]:
        if self._client.connection.phase is not Phase.CONNECTED and not self._client.identity:
            return ("connecting…",)
        return ("you are in no channel yet", "/join NAME or /create NAME")

    def title_of(self, channel_sid: str, width: int | None = None) -> Safe:
        """The name of a channel, which one may not be in any more, as no other channel's is."""
        if channel_sid not in self._client.channels:
            return safe_name(channel_sid)
        if channel_sid not in self.channel_names:  # a change of name is learnt when the list is drawn
            self._name_channels()
        return (
            self.channel_names.of(channel_sid).text if width is None else self.channel_names.within(channel_sid, width)
        )

    def log_title(self, width: int) -> tuple[Safe, Safe]:
        """The open channel's name in ``width`` cells, and what else it is called."""
        channel = self.channel
        if channel is None:
            return Safe(""), Safe("")
        more = channel.friendly_name if channel.friendly_name != channel.title else None
        return Safe(f"#{self.title_of(channel.sid, max(1, width))}"), safe_name(more)

    def log_subtitle(self, below: int, rows: Sequence[RosterRow]) -> Safe:
        words = f"{len(rows)} members" if len(rows) != 1 else "1 member"
        if self._client.reachability_enabled:
            words += f" {self._glyphs.dot} {sum(row.online is Mark.YES for row in rows)} online"
        known = self._client.date_known
        if known is not None:
            words = f"as of {self._clock.time_of(known)} {self._glyphs.dot} {words}"
        return Safe(f"{below} below {self._glyphs.dot} {words}" if below else words)

    def typing(self, width: int) -> Line:
        channel = self.channel
        typing = [] if channel is None else self._client.typing.active(channel)
        if not typing:
            return ()
        self._remember(typing)
        verb = " is typing…" if len(typing) == 1 else " are typing…"
        room = (width - cells(verb) - 2 * len(typing)) // len(typing)
        if len(typing) > TYPING_NAMES or room < MIN_TYPING:
            words = f"{len(typing)} people{verb}" if len(typing) > 1 else "somebody is typing…"
            return (Piece(Safe(f" {words}"), "dim"),)
        return (Piece(Safe(f" {', '.join(self.name_within(i, room) for i in typing)}{verb}"), "dim"),)

    # ---- people

    def _remember(self, identities: Iterable[str]) -> None:
        """They are in view from now on, under the names they have now."""
        known = self._client.people.known
        found = {}
        for identity in identities:
            if isinstance(identity, str):
                user = known(identity)
                found[identity] = Nameable(identity, None if user is None else user.friendly_name)
        self.people_names.remember(found)

    def name_of(self, identity: str) -> Safe:
        """What to call somebody so that nobody else in view is called so."""
        self._remember((identity,))
        return self.people_names.of(identity).text

    def author(self, identity: str, column: int, room: int) -> Safe:
        """What to call an author in ``column`` cells; in ``room`` cells where a cut name would not say who it is."""
        self._remember((identity,))
        full, short = self.people_names.of(identity), self.people_names.within(identity, column)
        says_who = short == full.text or (short == shorten(full.text, column) and (full.is_alone or not full.name))
        return short if says_who else self.people_names.within(identity, room)

    def name_within(self, identity: str, width: int) -> Safe:
        """The same in at most ``width`` cells."""
        self._remember((identity,))
        return self.people_names.within(identity, width)

    def roster_rows(self) -> list[RosterRow]:
        opened = self.opened
        if opened is None:
            return []
        self._remember([self._client.identity, *(member.identity for member in opened.members.values())])
        return self._each("a member", partial(self._roster_row, self._clock.now().timestamp()), opened.members.values())

    def _roster_row(self, now: float, member: Member) -> RosterRow:
        user, name = self._client.people.known(member.identity), self.people_names.of(member.identity).text
        if user is None:
            return RosterRow(member.identity, name, Mark.UNKNOWN, Mark.UNKNOWN)
        is_live = self.is_live and (user.is_subscribed or user is self._client.user)
        age = None if is_live or user.date_refreshed is None else now - user.date_refreshed
        enabled = self._client.reachability_enabled
        return roster_row(user, name, enabled=enabled, own_identity=self._client.identity, age=age)

    @property
    def is_live(self) -> bool:
        return self._client.connection.phase is Phase.CONNECTED

    def roster(self) -> list[Heading | RosterRow]:
        self._remember(user.identity for user in self._client.people.followed())
        return grouped(self.roster_rows(), enabled=self._client.reachability_enabled)

    def reach(self, width: int, rows: Sequence[RosterRow]) -> Safe:
        """Whom a message would reach, in ``width`` cells."""
        enabled = self._client.reachability_enabled
        if self.opened is None:
            return Safe("")
        return reach_line(rows, width, enabled=enabled, glyphs=self._glyphs)

    # ---- the title

    def title(self, width: int) -> tuple[Line, Line]:
        """The link, always; who and where, and the feature, where there is room for them."""
        words, style = link_words(self._client.connection, self._clock)
        identity = safe_name(self._client.identity or "")
        where = f"   {identity} {self._glyphs.dot} {self._place}" if identity else f"   {self._place}"
        is_narrow = width < MEDIUM
        name = Safe(" " if is_narrow else " chat-tui  ")
        waiting = len(self._client.outbox.unsent())
        unsent = Safe(f"  {waiting} not sent" if waiting and not self.is_live else "")
        left = (Piece(name, "strong"), Piece(words, style), Piece(unsent, "warning"), Piece(Safe(where), "dim"))
        right: list[Piece] = []
        if self._client.identity and not is_narrow:
            state = "on" if self._client.reachability_enabled else "off"
            right.append(Piece(Safe(f" reachability {state} "), "dim"))
        asking = self._each("a channel", self.attention, self._client.channels.values())
        mentions, unread = sum(one.mentions for one in asking), sum(one.unread for one in asking)
        if mentions:
            right.append(Piece(Safe(f"  {mentions_badge(mentions)}"), "mention"))
        right.append(Piece(Safe(f"  {unread} unread " if unread else " "), "strong"))
        return left, tuple(right)


def _nameable_channel(sid: str, channel: Channel) -> Nameable:
    """A channel is joined by its unique name, which no other has; one without is known by a piece of its SID."""
    if channel.unique_name:
        return Nameable(safe_name(channel.unique_name), None, is_person=False)
    return Nameable(f"CH{sid[-SID_SHOWN:]}", channel.friendly_name, is_person=False)
