"""Turns what the client knows into what the panes show: values in, values out."""

from collections.abc import Callable, Sequence

from chat_tui.client import ChatClient, Phase
from chat_tui.client.model import Channel
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.tui.main.channel_presenter import ChannelPresenter
from chat_tui.tui.main.folding import MEDIUM
from chat_tui.tui.main.mentions import Mentions
from chat_tui.tui.main.people_presenter import PeoplePresenter
from chat_tui.tui.main.view_state import ViewState
from chat_tui.tui.render.channel_rows import mentions_badge
from chat_tui.tui.render.glyphs import Glyphs, Mark
from chat_tui.tui.render.line import Line, Piece
from chat_tui.tui.render.link_words import link_words
from chat_tui.tui.render.log_lines import LogContent
from chat_tui.tui.render.roster_rows import RosterRow, reach_line
from chat_tui.tui.render.safe_text import Safe, safe_name
from chat_tui.tui.render.times import Clock
from chat_tui.tui.render.wrap import cells

TYPING_NAMES = 3
MIN_TYPING = 8
"""Cells of a name below which those who type are counted instead."""


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
        self.channels = ChannelPresenter(client, view, mentions, on_fault)
        self.people = PeoplePresenter(client, clock, on_fault)
        self._client = client
        self._view = view
        self._clock = clock
        self._glyphs = glyphs
        self._place = safe_name(place)

    @property
    def is_live(self) -> bool:
        return self._client.connection.phase is Phase.CONNECTED

    @property
    def channel(self) -> Channel | None:
        """The open one."""
        return None if self._view.current is None else self._client.channels.get(self._view.current)

    @property
    def opened(self) -> OpenChannel | None:
        """What is known of its messages and members."""
        return None if self._view.current is None else self._client.channels.open.get(self._view.current)

    def roster_rows(self) -> list[RosterRow]:
        return self.people.rows(self.opened)

    # ---- the log and the words in its border

    def log(self) -> LogContent:
        channel, opened, view = self.channel, self.opened, self._view
        if channel is None:
            return LogContent(words=self._welcome())
        if not channel.is_joined:
            inviter = channel.invited_by or channel.created_by
            by = self.people.name_of(inviter) if inviter else "somebody"
            title = self.channels.title_of(channel.sid)
            return LogContent(words=(f"{by} invites you to {title}", "/accept or /decline"))
        self.people.remember(self._client.typing.active(channel))
        return LogContent(
            messages=() if opened is None else opened.messages,
            pending=self._client.outbox.unsent_in(channel.sid),
            author=self.people.author,
            naming=lambda: self.people.version,
            own_identity=self._client.identity,
            first_new=None if view.divider is None else view.divider.first,
            new_count=0 if view.divider is None else view.divider.count,
            has_older=opened is not None and opened.has_older,
            is_loading=view.is_loading,
        )

    def _welcome(self) -> tuple[str, ...]:
        if not self.is_live and not self._client.identity:
            return ("connecting…",)
        return ("you are in no channel yet", "/join NAME or /create NAME")

    def log_title(self, width: int) -> tuple[Safe, Safe]:
        """The open channel's name in ``width`` cells, and what else it is called."""
        channel = self.channel
        if channel is None:
            return Safe(""), Safe("")
        more = channel.friendly_name if channel.friendly_name != channel.title else None
        return Safe(f"#{self.channels.title_of(channel.sid, max(1, width))}"), safe_name(more)

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
        verb = " is typing…" if len(typing) == 1 else " are typing…"
        room = (width - cells(verb) - 2 * len(typing)) // len(typing)
        if len(typing) > TYPING_NAMES or room < MIN_TYPING:
            words = f"{len(typing)} people{verb}" if len(typing) > 1 else "somebody is typing…"
            return (Piece(Safe(f" {words}"), "dim"),)
        return (Piece(Safe(f" {', '.join(self.people.name_within(i, room) for i in typing)}{verb}"), "dim"),)

    # ---- whom a message would reach, and the title

    @property
    def reachability_enabled(self) -> bool:
        return self._client.reachability_enabled

    def reach(self, width: int, rows: Sequence[RosterRow]) -> Safe:
        """Whom a message would reach, in ``width`` cells."""
        if self.opened is None:
            return Safe("")
        return reach_line(rows, width, enabled=self.reachability_enabled, glyphs=self._glyphs)

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
            state = "on" if self.reachability_enabled else "off"
            right.append(Piece(Safe(f" reachability {state} "), "dim"))
        mentions, unread = self.channels.totals()
        if mentions:
            right.append(Piece(Safe(f"  {mentions_badge(mentions)}"), "mention"))
        right.append(Piece(Safe(f"  {unread} unread " if unread else " "), "strong"))
        return left, tuple(right)
