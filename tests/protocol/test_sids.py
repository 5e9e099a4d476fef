"""SIDs: made of their kind, and told from everything else."""

import pytest

from chat_tui.protocol.sids import Kind, is_sid, new_sid


@pytest.mark.parametrize("kind", Kind)
def test_a_new_sid_is_of_its_kind_only(kind: Kind) -> None:
    """Lower case, 34 characters, no two alike (contract 1.1)."""
    made = {new_sid(kind) for _ in range(50)}
    assert len(made) == 50
    assert all(len(sid) == 34 and sid[2:] == sid[2:].lower() for sid in made)
    assert all([other for other in Kind if is_sid(sid, other)] == [kind] for sid in made)


@pytest.mark.parametrize(
    "value", ["", "CH", "CH" + "0" * 31, "CH" + "0" * 33, "CH" + "g" * 32, "ch" + "0" * 32, "CH" + "0" * 32 + "\n"]
)
def test_what_has_not_the_shape_is_none(value: str) -> None:
    """Upper case digits are digits."""
    assert not is_sid(value, Kind.CHANNEL)
    assert is_sid("CH" + "AF" * 16, Kind.CHANNEL)
