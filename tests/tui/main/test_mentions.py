"""What counts as a mention."""

import pytest

from chat_tui.tui.main.mentions import mention_pattern


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("@alice look", True),
        ("hey @ALICE!", True),
        ("(@Alice Smith)", True),
        ("@alicette", False),
        ("mail@alice", False),
        ("alice", False),
    ],
)
def test_a_mention_stands_at_word_boundaries(text: str, hit: bool) -> None:
    """``@identity`` or ``@friendly name``, in any case."""
    assert bool(mention_pattern(["alice", "Alice Smith"]).search(text)) is hit
