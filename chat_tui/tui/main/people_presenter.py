"""What is shown of people: names that tell them apart, and a row for each member under two marks."""

from collections.abc import Callable, Iterable
from functools import partial

from chat_tui.client import ChatClient, Phase
from chat_tui.client.model import Member
from chat_tui.client.state.open_channel import OpenChannel
from chat_tui.tui.faults import make_each
from chat_tui.tui.main.display_names import DisplayNames
from chat_tui.tui.render.glyphs import Mark
from chat_tui.tui.render.names import Nameable
from chat_tui.tui.render.roster_rows import RosterRow, roster_row
from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.render.times import Clock
from chat_tui.tui.render.wrap import shorten

MAX_AUTHORS = 2000
"""Names of authors that are kept ready; beyond it they are worked out anew."""


class PeoplePresenter:
    """``on_fault`` is told of a member who cannot be shown."""

    def __init__(self, client: ChatClient, clock: Clock, on_fault: Callable[[str, Exception], object]) -> None:
        self._client = client
        self._clock = clock
        self._on_fault = on_fault
        self._names = DisplayNames()
        self._authors: dict[tuple[str, int, int], Safe] = {}
        self._authors_version = 0

    @property
    def version(self) -> int:
        """Another number when somebody may be called something else than before."""
        return self._names.version

    def remember(self, identities: Iterable[str]) -> None:
        """They are in view from now on, under the names they have now."""
        known = self._client.people.known
        found = {}
        for identity in identities:
            if isinstance(identity, str):
                user = known(identity)
                found[identity] = Nameable(identity, None if user is None else user.friendly_name)
        self._names.remember(found)

    def name_of(self, identity: str) -> Safe:
        """What to call somebody so that nobody else in view is called so."""
        self.remember((identity,))
        return self._names.of(identity).text

    def name_within(self, identity: str, width: int) -> Safe:
        """The same in at most ``width`` cells."""
        self.remember((identity,))
        return self._names.within(identity, width)

    def author(self, identity: str, column: int, room: int) -> Safe:
        """What to call an author in ``column`` cells; in ``room`` cells where a cut name would not say who it is.
        Asked for every message of every frame, and worked out once for each author until something changes."""
        key = identity, column, room
        found = self._authors.get(key) if self._authors_version == self._names.version else None
        if found is None:
            found = self._author(identity, column, room)
            if self._authors_version != self._names.version or len(self._authors) >= MAX_AUTHORS:
                self._authors.clear()
                self._authors_version = self._names.version
            self._authors[key] = found
        return found

    def _author(self, identity: str, column: int, room: int) -> Safe:
        self.remember((identity,))
        full, short = self._names.of(identity), self._names.within(identity, column)
        says_who = short == full.text or (short == shorten(full.text, column) and (full.is_alone or not full.name))
        return short if says_who else self._names.within(identity, room)

    def rows(self, opened: OpenChannel | None) -> list[RosterRow]:
        """The members of a channel, in no order. Asked for whenever something about people may have changed."""
        self._authors.clear()
        self.remember(user.identity for user in self._client.people.followed())
        if opened is None:
            return []
        self.remember([self._client.identity, *(member.identity for member in opened.members.values())])
        make = partial(self._row, self._clock.now().timestamp())
        return make_each(self._on_fault, "showing a member", make, opened.members.values())

    def _row(self, now: float, member: Member) -> RosterRow:
        user, name = self._client.people.known(member.identity), self._names.of(member.identity).text
        if user is None:
            return RosterRow(member.identity, name, Mark.UNKNOWN, Mark.UNKNOWN)
        is_connected = self._client.connection.phase is Phase.CONNECTED
        is_live = is_connected and (user.is_subscribed or user is self._client.user)
        age = None if is_live or user.date_refreshed is None else now - user.date_refreshed
        enabled = self._client.reachability_enabled
        return roster_row(user, name, enabled=enabled, own_identity=self._client.identity, age=age)
