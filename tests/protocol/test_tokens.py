"""Access tokens: each check, and the official helper library as the oracle."""

from typing import Any

import jwt
import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import ChatGrant

from chat_tui.protocol.errors import Code, Unauthenticated
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.tokens import CONTENT_TYPE, decode_token, encode_token, token_expiry, token_issuer

ACCOUNT, KEY, SERVICE = new_sid(Kind.ACCOUNT), new_sid(Kind.KEY), new_sid(Kind.SERVICE)
SECRET = "s" * 32
NOW = 1_800_000_000


def check(token: str, secret: str = SECRET, now: float = NOW) -> Any:
    return decode_token(token, key_sid=KEY, key_secret=secret, account_sid=ACCOUNT, now=now)


def made(header: dict[str, Any] | None = None, algorithm: str = "HS256", secret: str = SECRET, **changes: Any) -> str:
    claims: dict[str, Any] = {
        "iss": KEY,
        "sub": ACCOUNT,
        "exp": NOW + 60,
        "grants": {"identity": "alice", "chat": {"service_sid": SERVICE}},
    } | changes
    claims = {name: value for name, value in claims.items() if value is not ...}
    return jwt.encode(claims, secret, algorithm=algorithm, headers={"cty": CONTENT_TYPE} | (header or {}))


def test_our_own_token_passes_and_says_whom_it_speaks_for() -> None:
    """Made and checked."""
    token = encode_token(
        account_sid=ACCOUNT, key_sid=KEY, key_secret=SECRET, identity="zoë", service_sid=SERVICE, now=NOW
    )
    claims = check(token)
    assert (claims.grants.identity, claims.grants.chat.service_sid, claims.exp) == ("zoë", SERVICE, NOW + 3600)
    assert (token_issuer(token), token_expiry(token)) == (KEY, NOW + 3600)


def test_the_official_librarys_token_passes() -> None:
    """What the helper library makes is what the service takes."""
    token = AccessToken(ACCOUNT, KEY, SECRET, identity="alice", ttl=600)
    token.add_grant(ChatGrant(service_sid=SERVICE))
    claims = decode_token(token.to_jwt(), key_sid=KEY, key_secret=SECRET, account_sid=ACCOUNT)
    assert claims.grants.identity == "alice"


def test_the_official_library_reads_our_token() -> None:
    """And the other way round."""
    token = encode_token(account_sid=ACCOUNT, key_sid=KEY, key_secret=SECRET, identity="bob", service_sid=SERVICE)
    read = AccessToken.from_jwt(token, SECRET)
    assert (read.payload["grants"]["identity"], read.payload["sub"]) == ("bob", ACCOUNT)


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (made(exp=NOW - 1), Code.TOKEN_EXPIRED),
        (made(nbf=NOW + 60), Code.TOKEN_NOT_YET_VALID),
        (made(iat=NOW + 60), Code.TOKEN_NOT_YET_VALID),
        (made(exp=NOW + 25 * 3600), Code.TOKEN_LIFETIME_TOO_LONG),
        (made(exp=253_370_764_800), Code.TOKEN_LIFETIME_TOO_LONG),
        (made(exp=...), Code.TOKEN_INVALID),
        (made(sub=new_sid(Kind.ACCOUNT)), Code.TOKEN_ISSUER_INVALID),
        (made(iss=new_sid(Kind.KEY)), Code.TOKEN_ISSUER_INVALID),
        (made(grants={"identity": "alice"}), Code.TOKEN_GRANTS_INVALID),
        (made(grants={"identity": "", "chat": {"service_sid": SERVICE}}), Code.TOKEN_GRANTS_INVALID),
        (made(grants={"identity": "alice", "chat": {"service_sid": "IS1"}}), Code.TOKEN_GRANTS_INVALID),
        (made(secret="t" * 32), Code.TOKEN_SIGNATURE_INVALID),
        (made(header={"cty": "JWT"}), Code.TOKEN_HEADER_INVALID),
        (made(algorithm="HS512", secret="s" * 64), Code.TOKEN_HEADER_INVALID),
        ("a.b.c", Code.TOKEN_INVALID),
        ("", Code.TOKEN_INVALID),
    ],
)
def test_each_check_refuses_with_its_code(token: str, code: Code) -> None:
    """Deny by default."""
    with pytest.raises(Unauthenticated) as refusal:
        check(token)
    assert refusal.value.code == code


def test_a_short_key_is_never_trusted() -> None:
    """Keys have at least 32 bytes."""
    with pytest.raises(Unauthenticated):
        check(made(), secret="short")
