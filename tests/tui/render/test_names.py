"""Nobody can pass for another: display names that tell people apart."""

import random
import unicodedata

import pytest

from chat_tui.tui.render.lookalikes import is_plain, skeletons, without_our_signs
from chat_tui.tui.render.names import Nameable, distinct_names, names_within
from chat_tui.tui.render.wrap import cells
from tests.support.impostors import crowd

WIDTHS = (3, 4, 5, 6, 7, 8, 10, 12, 13, 16, 20, 24, 31, 48, 80, 120)


def known(people: dict[str, str | None]) -> dict[str, Nameable]:
    return {identity: Nameable(identity, name) for identity, name in people.items()}


def texts(people: dict[str, str | None]) -> dict[str, str]:
    return {identity: str(called.text) for identity, called in distinct_names(known(people)).items()}


def seen(text: str) -> str:
    """What is left of a text for somebody who sees neither case, accents nor what has no width."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if unicodedata.category(c)[0] not in "MCZ")


def check(people: dict[str, str | None]) -> None:
    """No two are called alike, at any width; whoever is called by a name alone shares it with nobody."""
    shown_names = distinct_names(known(people))
    everything = {identity: seen(called.text) for identity, called in shown_names.items()}
    assert len(set(everything.values())) == len(people), (people, everything)
    for width in WIDTHS:
        shown = names_within(shown_names, width)
        assert len({seen(text) for text in shown.values()}) == len(people), (width, people, shown)
        assert all(cells(text) <= width for text in shown.values()), (width, shown)
    for identity, called in shown_names.items():
        if called.is_alone:
            others = [other for other in people if other != identity]
            taken = {
                skeleton
                for other in others
                for skeleton in skeletons(without_our_signs(other))
                | skeletons(without_our_signs(people[other] or other))
            }
            assert not skeletons(called.name) & taken
        else:
            assert called.tagged_handle in called.text


@pytest.mark.parametrize("seed", range(60))
def test_no_two_are_called_alike(seed: int) -> None:
    """Generated crowds of impostors, at every width."""
    dice = random.Random(seed)
    for _ in range(5):
        check(crowd(dice))


@pytest.mark.slow
def test_no_two_are_called_alike_at_length() -> None:
    """Ten thousand crowds."""
    dice = random.Random("at length")
    for _ in range(10_000):
        check(crowd(dice, dice.randint(2, 30)))


@pytest.mark.parametrize(
    "name",
    [
        "Bob", "BOB", "bob ", " Bob", "B\u043eb", "\u0412\u043eb", "Bo\u200bb", "Bob\u202e", "Bo\u0301b", "B\u03bfb",
        "\uff22\uff4f\uff42", "\U0001d401\U0001d428\U0001d41b", "B0b", "Bob.", "-Bob-", "B o b", "Bob\u3164",
        "Bob \u2713", "Bob\ufe0f", "(Bob)", "\u24b7ob", "Bo\u0338b",
    ],
)  # fmt: skip
@pytest.mark.parametrize("own", ["Bob", None])
def test_a_name_that_looks_like_anothers_shows_the_identity(name: str, own: str | None) -> None:
    """Beside the name of whoever took it, and beside the other's own; an identity without a name says who it is."""
    found = texts({"bob": own, "mallory": name})
    assert found["mallory"].endswith(" (@mallory)")
    assert found["bob"] == ("bob" if own is None else "Bob (@bob)")


@pytest.mark.parametrize(
    "identity", ["Bob", "b\u043eb", "b0b", "bob\u200b", "bob ", "\uff42ob", "bo\u0301b", "bob\ud800"]
)
def test_identities_that_look_alike_get_a_tag_each(identity: str) -> None:
    """Made of all of the identity, so it stays the same wherever it is needed."""
    found = texts({"bob": None, identity: None})
    assert found["bob"].startswith("bob~")
    assert "~" in found[identity]
    assert texts({"bob": None, identity: None, "carla": "Carla"}) == {**found, "carla": "Carla"}


@pytest.mark.parametrize(
    "name", ["system", "You", "me", "alice (you)", "bob is typing", "12:40 bob", "5 new", "─ Friday ─"]
)
def test_words_of_the_screen_are_nobodys_name(name: str) -> None:
    """Whoever takes them shows who it is; round brackets are the screen's."""
    shown = texts({"mallory": name, "alice": None})["mallory"]
    assert shown.endswith(" (@mallory)")
    assert shown.count("(") == 1


@pytest.mark.parametrize("identity", ["you", "Me", "sуstem", "System", "alice (you)", "alice, bob", "bob (@carla)"])
def test_an_identity_that_reads_as_words_of_the_screen_gets_a_tag(identity: str) -> None:
    """The service's own stays as it is."""
    shown = texts({identity: None, "system": None})
    assert "~" in shown[identity]
    assert "(" not in shown[identity]
    assert shown["system"] == "system"


@pytest.mark.parametrize("name", ["Alice", "Zoë", "O'Brien", "Jean-Luc P.", "Иван Петров", "Ελένη", "Łukasz", "user 7"])
def test_an_ordinary_name_stands_alone(name: str) -> None:
    """Latin, Cyrillic and Greek."""
    assert is_plain(name)
    assert texts({"someone": name, "bob": "Bob"}) == {"someone": name, "bob": "Bob"}


@pytest.mark.parametrize("name", ["田中", "Ivan Петров", "🦊", "שלום", "Ꭺlice", "ᴀlice", "", " ", "\u3164"])
def test_other_names_never_stand_alone(name: str) -> None:
    """What cannot be compared well with what the eye takes it for has the identity beside it."""
    assert "someone" in texts({"someone": name})["someone"]


def test_channels_of_one_name_are_told_apart() -> None:
    """A unique name says which it is; a friendly one that looks like another's has a piece of the SID beside it."""
    channels = {
        "CH1": Nameable("general", None, is_person=False),
        "CH2": Nameable("CH00002", "general", is_person=False),
        "CH3": Nameable("CH00003", "General", is_person=False),
        "CH4": Nameable("gеneral", None, is_person=False),
        "CH5": Nameable("開発チーム", None, is_person=False),
    }
    found = {sid: str(called.text) for sid, called in distinct_names(channels).items()}
    assert found["CH2"] == "general (CH00002)"
    assert found["CH3"] == "General (CH00003)"
    assert found["CH1"].startswith("general~")
    assert found["CH4"].startswith("gеneral~")
    assert found["CH5"] == "開発チーム"
