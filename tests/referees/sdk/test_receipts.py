"""Delivery receipts, which Conversations asks for and the chat SDKs do not know."""

import pytest

from tests.referees.sdk.official import VERSIONS
from tests.referees.sdk.parties import as_parameters, ready_party
from tests.support.service import Tenant


@pytest.mark.parametrize("make", as_parameters(make for make in VERSIONS if make.startswith("conversations")))
async def test_a_message_that_went_nowhere_else_has_none(make: str, tenant: Tenant) -> None:
    """An application that shows them shows that there are none, instead of an error."""
    tenant.token("alice")
    tenant.post(f"{tenant.path}/Channels/general/Messages", Body="hello")
    async with ready_party(make, tenant, "alice") as alice:
        assert await alice.do("receipts", name="general", index=0) == []
