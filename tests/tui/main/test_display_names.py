"""Who was seen, and what each is called."""

from chat_tui.tui.main.display_names import MAX_REMEMBERED, DisplayNames
from chat_tui.tui.render.names import Nameable


def test_those_who_are_seen_stay_known() -> None:
    """Nobody is called something else because somebody went; a number says when to draw anew."""
    names = DisplayNames()
    names.remember({"bob": Nameable("bob", "Bob")})
    alone = names.version
    assert names.of("bob").text == "Bob"
    names.remember({"mallory": Nameable("mallory", "bob")})
    assert names.version > alone
    both = names.version
    names.remember({"bob": Nameable("bob", "Bob")})
    assert names.version == both
    assert names.of("bob").text == "Bob (@bob)"
    assert names.within("bob", 4) != names.within("mallory", 4)
    names.remember({f"user-{n}": Nameable(f"user-{n}") for n in range(MAX_REMEMBERED)})
    assert names.of(f"user-{MAX_REMEMBERED - 1}").text == f"user-{MAX_REMEMBERED - 1}"
