"""Delivery, and the check of what was delivered."""

import asyncio

from chat_tui.protocol.sids import Kind
from chat_tui.protocol.sync import ObjectType, SubscriptionRequest
from chat_tui.server.operations.messages import SendMessage
from chat_tui.server.realtime import subscriptions
from tests.server.conftest import Domain
from tests.server.realtime.reading import Reading


async def test_what_was_not_delivered_is_found_by_the_check(domain: Domain) -> None:
    """The bus is only a hint: nothing of it came through here, and the event arrives, once."""
    assert subscriptions.CHECK_EVERY == 30.0
    bob = await domain.user("bob")
    deaf = subscriptions.Subscriptions(domain.core.store)
    reader = Reading(bob)
    deaf.admit(reader)
    await domain.run(SendMessage(domain.service_sid, "general", "seen"))
    busy = await domain.core.store.read(lambda rows: rows.tuples("busy_objects", keep=0))
    [messages] = [sid for sid, _ in busy if sid.startswith(Kind.LIST)]
    deaf.establish(reader, [SubscriptionRequest(messages, ObjectType.LIST)], 1)
    assert b"subscription_established" in await asyncio.wait_for(reader.frames.get(), 5)
    await domain.run(SendMessage(domain.service_sid, "general", "not delivered"))
    await deaf.check()
    await deaf.check()
    assert b"not delivered" in await asyncio.wait_for(reader.frames.get(), 5)
    await domain.run(SendMessage(domain.service_sid, "general", "nor this"))
    await deaf.check()
    assert b"nor this" in await asyncio.wait_for(reader.frames.get(), 5)
    assert reader.frames.empty()
