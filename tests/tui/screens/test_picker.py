"""Choosing by typing."""

from chat_tui.tui.render.safe_text import Safe
from chat_tui.tui.screens.picker import Choice, matching


def test_the_picker_prefers_beginnings() -> None:
    """Whole beginnings first, then words, then letters in order."""
    choices = [Choice(str(n), Safe(name)) for n, name in enumerate(["old-general", "general", "g-e-n", "xyz"])]
    assert [choice.label for choice in matching(choices, "gen")] == ["general", "old-general", "g-e-n"]
    assert matching(choices, "") == choices
