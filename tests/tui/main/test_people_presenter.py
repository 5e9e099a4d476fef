"""What people are called, and a row for each member."""

from chat_tui.client.model import Member, User
from chat_tui.tui.main.people_presenter import MAX_AUTHORS, PeoplePresenter
from chat_tui.tui.render.glyphs import Mark
from tests.support.fake_client import CLOCK, FakeClient


def presenting(client: FakeClient) -> tuple[PeoplePresenter, list[str]]:
    """With what could not be shown."""
    faults: list[str] = []
    return PeoplePresenter(client, CLOCK, lambda what, _: faults.append(what)), faults


def test_an_author_is_called_by_the_name_they_have_once_the_rows_are_made_again() -> None:
    """Which is whenever something about people changed; until then nothing is worked out twice."""
    client = FakeClient()
    people, _ = presenting(client)
    bob = client.people.known("bob")
    assert bob is not None
    assert people.author("bob", 12, 40) == "Bob"
    bob.friendly_name = "Robert"
    assert people.author("bob", 12, 40) == "Bob"
    people.rows(client.opened())
    assert people.author("bob", 12, 40) == "Robert"


def test_whoever_writes_under_anothers_name_changes_what_both_are_called() -> None:
    """At once, though the first was worked out before."""
    client = FakeClient()
    people, _ = presenting(client)
    client.people.by_identity["mallory"] = User("mallory", "US77.info", friendly_name="Bob")
    assert people.author("bob", 30, 40) == "Bob"
    before = people.version
    assert people.author("mallory", 30, 40) == "Bob (@mallory)"
    assert people.version > before
    assert people.author("bob", 30, 40) == "Bob (@bob)"


def test_no_crowd_of_authors_is_kept_ready_for_ever() -> None:
    """There is a bound; beyond it names are worked out anew, the same as before."""
    people, _ = presenting(FakeClient())
    for number in range(MAX_AUTHORS + 10):
        people.author("bob", number + 1, 40)
    assert people.author("bob", 12, 40) == "Bob"


def test_a_member_of_whom_nothing_is_known_is_unknown() -> None:
    """Neither offline nor left out."""
    client = FakeClient()
    client.opened().roster.members["MB77"] = Member("MB77", "stranger", "US77.info")
    people, faults = presenting(client)
    [row] = [row for row in people.rows(client.opened()) if row.identity == "stranger"]
    assert (row.online, row.notifiable) == (Mark.UNKNOWN, Mark.UNKNOWN)
    assert people.rows(None) == []
    assert faults == []


def test_a_member_that_makes_no_sense_takes_no_other_along() -> None:
    """The others are there."""
    client = FakeClient()
    client.opened().roster.members["MB77"] = Member("MB77", [], "US77.info")  # type: ignore[arg-type]
    people, faults = presenting(client)
    assert len(people.rows(client.opened())) == len(client.opened().members) - 1
    assert faults == ["showing a member"]
