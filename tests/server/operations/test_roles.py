"""Custom roles: what they may hold, and who holds them."""

import msgspec
import pytest

from chat_tui.protocol.errors import BadRequest, Conflict
from chat_tui.server.operations.members import AddMember, UpdateMember
from chat_tui.server.operations.roles import BUILT_IN, CreateRole, DeleteRole, FetchRole, ListRoles, UpdateRole
from chat_tui.server.operations.services import FetchService, UpdateService
from chat_tui.server.operations.users import CreateUser
from tests.server.conftest import Domain


async def test_a_service_is_born_with_four_roles(domain: Domain) -> None:
    """Two for users, two for members, in this order (contract 1.6)."""
    found = (await domain.run(ListRoles(domain.service_sid))).items
    assert [(role.friendly_name, role.type) for role in found] == [(name, type_) for name, type_, _ in BUILT_IN]


@pytest.mark.parametrize(
    ("type_", "permissions", "code"),
    [
        ("channel", ("createChannel",), 50104),
        ("deployment", ("sendMessage",), 50104),
        ("channel", ("fly",), 50104),
        ("channel", (), 50104),
        ("conversation", ("sendMessage",), 50105),
    ],
)
async def test_a_role_holds_only_its_scopes_permissions(
    type_: str, permissions: tuple[str, ...], code: int, domain: Domain
) -> None:
    """A permission of the other scope, or none at all, is refused; so is a type there is not."""
    with pytest.raises(BadRequest) as refusal:
        await domain.run(CreateRole(domain.service_sid, "odd", type_, permissions))
    assert refusal.value.code == code


async def test_a_role_is_replaced_whole_and_deleted_when_nobody_holds_it(domain: Domain) -> None:
    """An update is the new list; a role somebody holds, or that is a default, stays."""
    sid = domain.service_sid
    role = await domain.run(CreateRole(sid, "reader", "channel", ("leaveChannel", "leaveChannel")))
    assert msgspec.json.decode(role.permissions) == ["leaveChannel"]
    await domain.run(UpdateRole(sid, role.sid, ("sendMessage",)))
    assert msgspec.json.decode((await domain.run(FetchRole(sid, role.sid))).permissions) == ["sendMessage"]
    await domain.run(AddMember(sid, "general", "bob", role_sid=role.sid))
    with pytest.raises(Conflict, match="hold this role"):
        await domain.run(DeleteRole(sid, role.sid))
    service = await domain.run(FetchService(sid))
    await domain.run(UpdateMember(sid, "general", "bob", role_sid=service.default_channel_role_sid))
    await domain.run(UpdateService(sid, default_channel_role_sid=role.sid))
    with pytest.raises(Conflict, match="by default"):
        await domain.run(DeleteRole(sid, role.sid))
    await domain.run(UpdateService(sid, default_channel_role_sid=service.default_channel_role_sid))
    await domain.run(DeleteRole(sid, role.sid))


async def test_a_role_is_given_where_its_type_belongs(domain: Domain) -> None:
    """A channel role is no service role, and the other way round (50101, 50102)."""
    sid = domain.service_sid
    of_channel = await domain.run(CreateRole(sid, "a", "channel", ("sendMessage",)))
    of_service = await domain.run(CreateRole(sid, "b", "deployment", ("joinChannel",)))
    with pytest.raises(BadRequest) as refusal:
        await domain.run(CreateUser(sid, "bob", role_sid=of_channel.sid))
    assert refusal.value.code == 50102
    with pytest.raises(BadRequest) as refusal:
        await domain.run(AddMember(sid, "general", "bob", role_sid=of_service.sid))
    assert refusal.value.code == 50101
