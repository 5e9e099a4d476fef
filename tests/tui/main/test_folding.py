"""Which panes are shown."""

from chat_tui.tui.main.folding import Folding


def test_folding_remembers_only_what_differs_from_the_width() -> None:
    """Shown and hidden again is as if nothing had been said."""
    folding = Folding()
    assert folding.classes(112) == set()
    assert folding.classes(80) == {"-hidden-roster"}
    assert folding.toggle("roster", 80)
    assert folding.classes(112) == set()
    assert not folding.toggle("roster", 80)
    assert folding.classes(112) == set()
    assert folding.classes(50) == {"-hidden-channels", "-hidden-roster"}
    assert folding.toggle("channels", 50)
    assert folding.classes(50) == {"-only-channels", "-hidden-roster"}
    folding.to_conversation()
    assert folding.classes(50) == {"-hidden-channels", "-hidden-roster"}
