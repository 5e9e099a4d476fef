"""The one table of words, SIDs, and the error tree."""

import pytest

from chat_tui.protocol.errors import Conflict, NotFound, from_answer
from chat_tui.protocol.sids import Kind, is_sid, new_sid
from chat_tui.protocol.words import FIELDS, PERMISSIONS, REASONS, ROLE_TYPES, to_chat, to_conversations


@pytest.mark.parametrize("table", [FIELDS, PERMISSIONS, REASONS, ROLE_TYPES])
def test_every_word_goes_there_and_back(table: dict[str, str]) -> None:
    """The table is one to one; a word both products share stays as it is."""
    assert len(set(table.values())) == len(table)
    for word in table:
        assert to_chat(table, to_conversations(table, word)) == word
    assert to_conversations(table, "attributes") == "attributes"


def test_a_sid_has_its_kind_and_its_shape() -> None:
    """Two letters and 32 hexadecimal digits, lower case when made here."""
    sid = new_sid(Kind.CHANNEL)
    assert is_sid(sid, Kind.CHANNEL)
    assert is_sid(sid.upper()[:2] + sid[2:].upper(), Kind.CHANNEL)
    assert not is_sid(sid, Kind.USER)
    assert not is_sid(sid + "0", Kind.CHANNEL)
    assert sid == sid[:2] + sid[2:].lower()


def test_an_answer_becomes_the_error_it_stands_for() -> None:
    """By status; code and message survive; a body of another shape does too."""
    error = from_answer(409, {"code": 50404, "message": "exists"})
    assert (type(error), error.code, error.message) == (Conflict, 50404, "exists")
    assert isinstance(from_answer(404, "<html>"), NotFound)
    assert set(error.body()) == {"code", "message", "more_info", "status"}
