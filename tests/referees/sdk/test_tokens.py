"""A token's end, as each SDK and our client live it. The times are the service's own; a token says when it ends."""

import pytest

from tests.referees.sdk.official import VERSIONS
from tests.referees.sdk.test_matrix import OWN, party
from tests.support.service import Tenant

MAKES = [pytest.param(version, marks=pytest.mark.node) for version in VERSIONS] + [OWN]
WARNED_IN_TWO_SECONDS, ENDS_SOON = 182, 5
"""Seconds a token lives; the warning comes 180 before its end."""


@pytest.mark.parametrize("make", MAKES)
async def test_a_token_about_to_expire_is_renewed_on_the_same_socket(make: str, tenant: Tenant) -> None:
    """The warning is told, ``updateToken`` is taken, and what is asked afterwards is answered."""
    async with party(make, tenant, "alice", tenant.token("alice", WARNED_IN_TWO_SECONDS)) as alice:
        await alice.see("tokenAboutToExpire")
        await alice.do("token", token=tenant.token("alice"))
        assert await alice.do("create", name="afterwards", title="Afterwards") == "afterwards"


@pytest.mark.parametrize("make", MAKES)
async def test_an_expired_token_is_said(make: str, tenant: Tenant) -> None:
    """Who does not renew is told so and sent away."""
    async with party(make, tenant, "alice", tenant.token("alice", ENDS_SOON)) as alice:
        await alice.see("tokenExpired")
