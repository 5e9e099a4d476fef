"""Registrations for push: what a user may register, and how much of it."""

import pytest

from chat_tui.protocol.errors import ChatError
from chat_tui.server.operations import bindings
from chat_tui.server.operations.bindings import ListBindings, RegisterBinding, RemoveBinding
from tests.server.conftest import Domain


async def test_a_user_has_no_more_devices_than_anybody_has(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """One may be renewed, and one taken away makes room; others' do not count."""
    monkeypatch.setattr(bindings, "MAX_DEVICES", 2)
    sid, ann, bob = domain.service_sid, await domain.user("ann"), await domain.user("bob")
    for name in ("one", "two", "one"):
        await domain.run(RegisterBinding(sid, "ann", "fcm", name, "address"), ann)
    with pytest.raises(ChatError, match="At most 2 devices"):
        await domain.run(RegisterBinding(sid, "ann", "fcm", "three", "address"), ann)
    await domain.run(RegisterBinding(sid, "bob", "fcm", "three", "address"), bob)
    await domain.run(RemoveBinding(sid, endpoint="one"), ann)
    await domain.run(RegisterBinding(sid, "ann", "fcm", "three", "address"), ann)
    assert len((await domain.run(ListBindings(sid))).items) == 3


@pytest.mark.parametrize("types", [("x" * 257,), ("a\x00b",), ("x",) * 101])
async def test_message_types_have_their_bound(types: tuple[str, ...], domain: Domain) -> None:
    ann = await domain.user("ann")
    with pytest.raises(ChatError, match="MessageTypes"):
        await domain.run(RegisterBinding(domain.service_sid, "ann", "fcm", "one", "address", types), ann)
