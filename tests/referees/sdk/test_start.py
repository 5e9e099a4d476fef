"""How each make starts."""

import pytest

from tests.referees.sdk.parties import MAKES, ready_party
from tests.support.service import Tenant

STARTS = 3


@pytest.mark.parametrize("make", MAKES)
async def test_a_start_needs_one_connection(make: str, tenant: Tenant) -> None:
    """Nobody is sent away and comes again, whatever an SDK sends before it has its first answer."""
    for _ in range(STARTS):
        async with ready_party(make, tenant, "alice") as alice:
            assert (await alice.do("user", identity="alice"))["online"] is True
            assert alice.seen("connection", state="disconnecting") == 0
            assert alice.seen("connectionError") == 0
