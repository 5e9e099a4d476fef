"""A token's refusal and its end, as each SDK and our client live them. The times are the service's own; a token says
when it ends."""

import asyncio
import time
from typing import Any

import jwt
import pytest

from tests.referees.sdk.event_recorder import Event
from tests.referees.sdk.official import VERSIONS
from tests.referees.sdk.parties import MAKES, OWN, as_parameters, party, ready_party
from tests.support.service import Tenant

WARNED_SOON, ENDS_SOON = 183, 5
"""Seconds a token lives; the warning comes 180 before its end."""

TELLING = as_parameters(make for make in (*VERSIONS, OWN) if make != "chat-5.0.2")
"""That one tells no code when it is denied at its start: it listens to its socket once it has its configuration."""

EXPIRED = 20104
DAY = 24 * 3600
ANOTHER_KEY = "SK" + "0" * 32
ANOTHER_SERVICE = "IS" + "0" * 32


def forge(tenant: Tenant, *, header: dict[str, str] | None = None, secret: str | None = None, **claims: Any) -> str:
    """A token that is right but for what is given."""
    now, process = int(time.time()), tenant.process
    right = {
        "iss": process.api_key_sid,
        "sub": process.account_sid,
        "nbf": now,
        "exp": now + 3600,
        "grants": {"identity": "alice", "chat": {"service_sid": tenant.service_sid}},
    }
    right_header = {"cty": "twilio-fpa;v=1"}
    return jwt.encode(right | claims, secret or process.api_key_secret, "HS256", headers=right_header | (header or {}))


def faulty(tenant: Tenant) -> dict[str, tuple[str, int]]:
    """Tokens that are refused, by what is wrong with each, and the code to refuse it with (contract 1.8)."""
    now = int(time.time())
    return {
        "no token at all": ("not.a.token", 20101),
        "another content type": (forge(tenant, header={"cty": "text/plain"}), 20102),
        "an unknown key": (forge(tenant, iss=ANOTHER_KEY), 20103),
        "another account": (forge(tenant, sub="AC" + "0" * 32), 20103),
        "expired": (forge(tenant, exp=now - 60, nbf=now - 120), 20104),
        "not valid yet": (forge(tenant, nbf=now + 600), 20105),
        "no grants": (forge(tenant, grants={}), 20106),
        "no identity": (forge(tenant, grants={"identity": "", "chat": {"service_sid": tenant.service_sid}}), 20106),
        "no such service": (forge(tenant, grants={"identity": "a", "chat": {"service_sid": ANOTHER_SERVICE}}), 20106),
        "signed by somebody else": (forge(tenant, secret="x" * 32), 20107),
        "too long a life": (forge(tenant, exp=now + 2 * DAY), 20157),
    }


def denial(found: Event) -> bool:
    """The SDKs tell the code in an event of its own."""
    return bool(found["terminal"]) and found["httpStatusCode"] == 401


async def denied_with(make: str, tenant: Tenant, token: str) -> tuple[int, bool]:
    """The code a client is denied with at its start, and whether it says that the token expired."""
    async with party(make, tenant, "alice", token) as alice:
        denied = await alice.see("connection", lambda found: found["state"] == "denied")
        if "errorCode" not in denied:
            denied = await alice.see("connectionError", denial)
        if denied["errorCode"] == EXPIRED:
            await alice.see("tokenExpired")
        assert alice.seen("tokenAboutToExpire") == 0
        return denied["errorCode"], alice.seen("tokenExpired") > 0


@pytest.mark.parametrize("make", TELLING)
@pytest.mark.timeout(90)
async def test_each_refusal_of_a_first_token_keeps_its_code(make: str, tenant: Tenant) -> None:
    """The client is denied and does not come again by itself; the service goes on."""
    tokens = faulty(tenant)
    found = await asyncio.gather(*(denied_with(make, tenant, token) for token, _ in tokens.values()))
    expected = {what: (code, code == EXPIRED) for what, (_, code) in tokens.items()}
    assert dict(zip(tokens, found, strict=True)) == expected
    async with ready_party(make, tenant, "alice") as alice:
        assert (await alice.do("me"))["identity"] == "alice"


async def refused_with(make: str, tenant: Tenant, token: str) -> int:
    """The code a token is refused with on a link that is up. A good one makes all well again: an SDK hangs up when it
    is refused and connects anew, our client keeps the link it has."""
    async with ready_party(make, tenant, "alice") as alice:
        if make == OWN:
            code = (await alice.attempt("token", token=token))["error"]["code"]
        else:
            await alice.do("offer", token=token)
            code = (await alice.see("connectionError", denial))["errorCode"]
            alice.forget()
        await alice.do("offer", token=forge(tenant, jti="another"))  # an SDK ignores a token that it had
        await alice.see("connection", lambda found: found["state"] == "connected")
        return int(code)


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.timeout(90)
async def test_each_refusal_of_a_later_token_keeps_its_code(make: str, tenant: Tenant) -> None:
    """It can be mended by another token."""
    tokens = faulty(tenant)
    found = await asyncio.gather(*(refused_with(make, tenant, token) for token, _ in tokens.values()))
    assert dict(zip(tokens, found, strict=True)) == {what: code for what, (_, code) in tokens.items()}


@pytest.mark.parametrize("make", MAKES)
async def test_a_token_about_to_expire_is_renewed_on_the_same_socket(make: str, tenant: Tenant) -> None:
    """The warning is told, ``updateToken`` is taken, and what is asked afterwards is answered."""
    async with party(make, tenant, "alice", tenant.token("alice", WARNED_SOON)) as alice:
        await alice.see("tokenAboutToExpire")
        alice.forget()
        await alice.do("token", token=tenant.token("alice"))
        assert await alice.do("create", name="afterwards", title="Afterwards") == "afterwards"
        assert alice.seen("connection", state="connecting") == 0


@pytest.mark.parametrize("make", MAKES)
async def test_an_expired_token_is_said_and_a_new_one_brings_the_client_back(make: str, tenant: Tenant) -> None:
    """Who does not renew is told so and sent away; with a new token what happened meanwhile is seen."""

    def is_away(found: Event) -> bool:
        return found["state"] in ("disconnected", "denied")

    async with party(make, tenant, "alice", tenant.token("alice", ENDS_SOON)) as alice:
        await alice.see("state", lambda found: found["state"] == "initialized")
        await alice.do("page", name="general", size=1)
        await alice.see("tokenExpired")
        await alice.see("connection", is_away)  # three seconds later, by a timer of the SDK's own
        tenant.post(f"{tenant.path}/Channels/general/Messages", Body="meanwhile", From="bob")
        alice.forget()
        await alice.do("token", token=tenant.token("alice"))
        await alice.see("connection", lambda found: found["state"] == "connected")
        await alice.see("messageAdded", lambda found: found["body"] == "meanwhile")
