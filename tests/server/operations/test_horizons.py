"""Consumption horizons exist only where read status is enabled (contract U18)."""

from typing import Any

import pytest

from chat_tui.protocol.errors import BadRequest
from chat_tui.server.operations.members import AddMember, FetchMember, UpdateMember
from chat_tui.server.operations.services import UpdateService
from chat_tui.server.operations.user_channels import UpdateUserChannel
from tests.server.conftest import Domain
from tests.server.realtime.test_realtime import Watch, watch  # noqa: F401 - a fixture
from tests.support.service import Tenant

HORIZONS = {
    "last_consumed_message_index",
    "last_consumption_timestamp",
    "last_read_message_index",
    "last_read_timestamp",
    "lastConsumedMessageIndex",
    "lastConsumptionTimestamp",
    "unread_messages_count",
}


def horizons(body: Any) -> list[tuple[str, Any]]:
    """Whatever an answer says of horizons, at any depth."""
    if isinstance(body, list):
        return [found for item in body for found in horizons(item)]
    if not isinstance(body, dict):
        return []
    own = [(name, value) for name, value in body.items() if name in HORIZONS]
    return own + [found for name, value in body.items() if name not in HORIZONS for found in horizons(value)]


def everywhere_in_rest(tenant: Tenant) -> list[tuple[str, Any]]:
    """Members, participants, user channels and conversations, one and all, in every version."""
    sid = tenant.service_sid
    found = []
    for base in (f"/chat/v1/Services/{sid}", f"/chat/v2/Services/{sid}"):
        paths = ["Channels/general/Members", "Users/alice/Channels"]
        paths += [] if "v1" in base else ["Channels/general/Members/alice", "Users/alice/Channels/general"]
        found += [tenant.get(f"{base}/{path}") for path in paths]
    talk = f"/conversations/v1/Services/{sid}"
    for path in ("Conversations/general/Participants", "Users/alice/Conversations"):
        found += [tenant.get(f"{talk}/{path}"), tenant.get(f"{talk}/{path}/{'alice' if 'P' in path else 'general'}")]
    return horizons(found)


async def everywhere_in_sync(alice: Any, tenant: Tenant) -> list[tuple[str, Any]]:
    """A roster, one's own channels, and what the Client API says of them."""
    channel = tenant.get(f"{tenant.path}/Channels/general")["sid"]
    user = tenant.get(f"{tenant.path}/Users/alice")["sid"]
    asked = (
        f"/v3/Maps/{channel}.roster/Items",
        f"/v3/Maps/{user}.channels/Items",
        "/Client/v1/UserConversations",
        "/Client/v2/UserConversations/general",
        "/Client/v2/Conversations/general",
    )
    return horizons([await alice.socket.request("GET", path) for path in asked])


async def follow_horizons(alice: Any, tenant: Tenant) -> None:
    """The roster of the channel, and her own channels."""
    channel = tenant.get(f"{tenant.path}/Channels/general")["sid"]
    user = tenant.get(f"{tenant.path}/Users/alice")["sid"]
    for name in (f"{channel}.roster", f"{user}.channels"):
        found = await alice.socket.request("GET", f"/v3/Maps/{name}")
        await alice.follow(found["sid"], "map", found["last_event_id"])
    await alice.see("subscription_established", 2)


async def test_switched_off_nobody_has_a_horizon(tenant: Tenant, watch: Watch) -> None:  # noqa: F811
    """Nor sets one, by any face; whoever follows hears it at once; switched on again, all begin anew."""
    general = f"{tenant.path}/Channels/general"
    for identity in ("alice", "bob"):
        tenant.post(f"{general}/Members", Identity=identity)
    for body in ("one", "two", "three"):
        tenant.post(f"{general}/Messages", Body=body)
    own = f"{tenant.path}/Users/alice/Channels/general"
    tenant.post(own, LastConsumedMessageIndex="1")
    alice = await watch("alice")
    await follow_horizons(alice, tenant)
    shown = everywhere_in_rest(tenant) + await everywhere_in_sync(alice, tenant)
    assert len(shown) > 20
    assert {value for name, value in shown if name.endswith(("ndex",))} == {1, None}

    tenant.post(tenant.path, ReadStatusEnabled="false")
    told = await alice.see("map_item_updated", 2)
    assert horizons(told)
    assert {value for _, value in horizons(told)} == {None}
    tenant.post(own, LastConsumedMessageIndex="2")
    tenant.post(f"{general}/Members/bob", LastConsumedMessageIndex="2", LastConsumptionTimestamp="2026-01-01T00:00:00Z")
    tenant.post(f"{general}/Members", Identity="carl", LastConsumedMessageIndex="2")
    talk = f"/conversations/v1/Services/{tenant.service_sid}/Conversations/general/Participants/bob"
    tenant.post(talk, LastReadMessageIndex="0", Attributes='{"a":1}')
    read = {"last_read_message_index": 2}
    await alice.socket.request("POST", "/Client/v2/UserConversations/general", read)
    tenant.post(f"{general}/Messages", Body="four")
    shown = everywhere_in_rest(tenant) + await everywhere_in_sync(alice, tenant)
    assert {value for _, value in shown} == {None}
    heard = await alice.see("map_item_updated", 3)
    assert {value for _, value in horizons(heard)} == {None}

    tenant.post(tenant.path, ReadStatusEnabled="true")
    shown = everywhere_in_rest(tenant) + await everywhere_in_sync(alice, tenant)
    assert {value for _, value in shown} == {None}
    assert tenant.post(own, LastConsumedMessageIndex="1")["unread_messages_count"] == 2


@pytest.mark.parametrize("is_enabled", [True, False])
async def test_a_horizon_that_is_none_is_refused_whether_it_would_be_kept_or_not(
    is_enabled: bool, domain: Domain
) -> None:
    """What is wrong does not become right by being ignored."""
    sid = domain.service_sid
    await domain.user("ann")
    await domain.run(UpdateService(sid, read_status_enabled=is_enabled))
    for command in (
        AddMember(sid, "general", "bob", last_consumed_message_index=-1),
        UpdateMember(sid, "general", "ann", last_consumed_message_index=-1),
        UpdateUserChannel(sid, "ann", "general", last_consumed_message_index=-1),
    ):
        with pytest.raises(BadRequest, match="LastConsumedMessageIndex"):
            await domain.run(command)


async def test_a_member_keeps_its_identity(domain: Domain) -> None:
    """To say it again changes nothing; to say another is refused."""
    sid = domain.service_sid
    await domain.user("ann")
    before = await domain.run(FetchMember(sid, "general", "ann"))
    domain.core.store.clock = lambda: before.date_updated + 60_000
    assert await domain.run(UpdateMember(sid, "general", "ann", identity="ann")) == before
    with pytest.raises(BadRequest, match="Identity"):
        await domain.run(UpdateMember(sid, "general", "ann", identity="bob"))
