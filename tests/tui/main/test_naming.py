"""Who was met, and what each is called."""

from chat_tui.tui.main.naming import MET_AT_MOST, Naming
from chat_tui.tui.render.names import Known


def test_those_who_are_met_stay_known() -> None:
    """Nobody is called something else because somebody went; a number says when to draw anew."""
    naming = Naming()
    naming.meet({"bob": Known("bob", "Bob")})
    alone = naming.version
    assert naming.called("bob").text == "Bob"
    naming.meet({"mallory": Known("mallory", "bob")})
    assert naming.version > alone
    both = naming.version
    naming.meet({"bob": Known("bob", "Bob")})
    assert naming.version == both
    assert naming.called("bob").text == "Bob (@bob)"
    assert naming.within("bob", 4) != naming.within("mallory", 4)
    naming.meet({f"user-{n}": Known(f"user-{n}") for n in range(MET_AT_MOST)})
    assert naming.called(f"user-{MET_AT_MOST - 1}").text == f"user-{MET_AT_MOST - 1}"
