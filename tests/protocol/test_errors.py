"""Errors on both sides of the wire: what is said of one, and what is made of it again."""

from typing import Any

import pytest

from chat_tui.protocol.defaults import MAX_ERROR_TEXT
from chat_tui.protocol.errors import (
    BadRequest,
    ChatError,
    Code,
    Conflict,
    Forbidden,
    NotFound,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    from_answer,
)


def test_a_body_says_what_a_program_and_a_person_need() -> None:
    """Details only where there are any (contract 1.1)."""
    error = NotFound("no such channel", Code.CHANNEL_NOT_FOUND)
    assert error.body() == {
        "code": int(Code.CHANNEL_NOT_FOUND),
        "message": "no such channel",
        "more_info": f"https://www.twilio.com/docs/errors/{int(Code.CHANNEL_NOT_FOUND)}",
        "status": 404,
    }
    assert BadRequest("x", details={"parameter": "Body"}).body()["details"] == {"parameter": "Body"}


@pytest.mark.parametrize(
    "kind", [BadRequest, Unauthenticated, Forbidden, NotFound, Conflict, TooManyRequests, Unavailable]
)
def test_an_error_is_the_same_on_the_other_side(kind: type[ChatError]) -> None:
    """By its status; code and words go along."""
    error = kind("because", 50000)
    found = from_answer(error.status, error.body())
    assert (type(found), found.message, found.code, found.status) == (kind, "because", 50000, error.status)


@pytest.mark.parametrize("body", [None, [], "text", {}, {"code": "x", "message": 5}, {"code": True, "message": ""}])
def test_a_body_of_another_shape_is_a_plain_text(body: Any) -> None:
    """Whatever answers there."""
    found = from_answer(418, body)
    assert (type(found), found.message, found.code, found.status) == (
        ChatError, "the service answered 418", Code.INTERNAL, 418,
    )  # fmt: skip


def test_a_message_without_end_is_cut() -> None:
    """It is shown to somebody."""
    assert len(from_answer(400, {"message": "x" * 10**6}).message) == MAX_ERROR_TEXT


def test_every_code_has_one_meaning() -> None:
    """No number stands twice in the table."""
    assert len(Code.__members__) == len(set(Code))
