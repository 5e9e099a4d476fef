"""Every change of the domain has what writes its events."""

from chat_tui.server.changes import Change
from chat_tui.server.sync.projection import REDUCERS


def test_every_change_has_one_reducer() -> None:
    """A change that is recorded and shown nowhere would be lost without a word."""
    assert set(Change.__subclasses__()) == REDUCERS.keys()
