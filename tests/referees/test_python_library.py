"""What the official Python helper library sees of the REST API."""

from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.referees.official_python import client_for
from tests.support.service import Tenant


@pytest.fixture(params=["host", "prefix"])
def chat(request: pytest.FixtureRequest, tenant: Tenant) -> Any:
    """The tenant's Service in chat v2, by each way of telling products apart."""
    return client_for(tenant, by_host=request.param == "host").chat.v2.services(tenant.service_sid)


def test_a_fresh_service_has_the_documented_defaults(tenant: Tenant) -> None:
    """Its fields, with the readings where the documentation is in doubt (contract R6, S3, S4, S7, S9–S29, S63–S70,
    9.8)."""
    services = client_for(tenant).chat.v2.services
    fresh = services.create(friendly_name="fresh")
    assert (fresh.reachability_enabled, fresh.read_status_enabled) == (False, True)
    assert (fresh.typing_indicator_timeout, fresh.consumption_report_interval) == (5, 0)
    assert fresh.limits == {"channel_members": 100, "user_channels": 250}
    assert fresh.notifications["new_message"]["enabled"] is False
    assert isinstance(fresh.date_created, datetime)
    services(fresh.sid).delete()
    with pytest.raises(TwilioRestException) as refusal:
        services(fresh.sid).fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


def test_a_service_keeps_what_an_update_says(chat: Any) -> None:
    """Any subset, echoed back; bad values are refused with the code of their parameter (contract S30–S60)."""
    updated = chat.update(
        friendly_name="renamed",
        typing_indicator_timeout=9,
        limits_channel_members=500,
        notifications_new_message_enabled=True,
        notifications_new_message_sound="ding",
        webhook_filters=["onMessageSent", "onChannelAdded"],
    )
    assert (updated.friendly_name, updated.typing_indicator_timeout) == ("renamed", 9)
    assert updated.limits["channel_members"] == 500
    assert updated.notifications["new_message"]["sound"] == "ding"
    assert updated.webhook_filters == ["onMessageSent", "onChannelAdded"]
    assert updated.limits["user_channels"] == 250
    for parameter, value, code in (
        ("limits_channel_members", 1001, 50061),
        ("limits_user_channels", 0, 50060),
        ("typing_indicator_timeout", -1, 50053),
        ("default_service_role_sid", "RL" + "0" * 32, 50102),
    ):
        with pytest.raises(TwilioRestException) as refusal:
            chat.update(**{parameter: value})
        assert (refusal.value.status, refusal.value.code) == (400, code)


def test_users_are_made_found_changed_and_deleted(chat: Any) -> None:
    """A user is addressed by SID or identity; a second one of the same identity is refused."""
    made = chat.users.create(identity="alice", friendly_name="Alice Ä", attributes='{"a": 1}')
    assert chat.users("alice").fetch().sid == made.sid == chat.users(made.sid).fetch().sid
    assert made.is_online is None
    with pytest.raises(TwilioRestException) as refusal:
        chat.users.create(identity="alice")
    assert (refusal.value.status, refusal.value.code) == (409, 50201)
    assert chat.users("alice").update(friendly_name="A").friendly_name == "A"
    assert chat.users("alice").delete()
    assert [user.identity for user in chat.users.list()] == []


def test_lists_come_in_pages_that_lead_to_each_other(chat: Any) -> None:
    """Seven users in pages of three: forwards by next_page_url, back by previous_page_url."""
    for number in range(7):
        chat.users.create(identity=f"user-{number}")
    names = [user.identity for user in chat.users.list()]  # those of one millisecond in an order of their own
    assert len(set(names)) == 7
    first = chat.users.page(page_size=3)
    second = first.next_page()
    third = second.next_page()
    assert [[user.identity for user in page] for page in (second, third)] == [names[3:6], names[6:]]
    assert third.next_page() is None
    assert [user.identity for user in second.previous_page()] == names[:3]
    assert [user.identity for user in chat.users.list(page_size=2)] == names
    with pytest.raises(TwilioException, match="20007"):
        chat.users.list(limit=1001)


def test_channels_are_filtered_by_type_and_named_once(chat: Any) -> None:
    """Unique names are unique; Type filters; a channel is addressed by its name too."""
    secret = chat.channels.create(unique_name="secret", type="private", created_by="alice")
    assert secret.created_by == "alice"
    assert [channel.unique_name for channel in chat.channels.list(type=["private"])] == ["secret"]
    assert len(chat.channels.list(type=["private", "public"])) == 2
    with pytest.raises(TwilioRestException) as refusal:
        chat.channels.create(unique_name="secret")
    assert (refusal.value.status, refusal.value.code) == (409, 50307)
    updated = chat.channels("secret").update(friendly_name="Ours", attributes='{"topic":"x"}')
    assert (updated.friendly_name, updated.attributes) == ("Ours", '{"topic":"x"}')
    with pytest.raises(TwilioRestException) as refusal:
        chat.channels("secret").update(attributes="{broken")
    assert refusal.value.code == 50304
    assert chat.channels("secret").delete()


def test_members_have_roles_and_leave(chat: Any) -> None:
    """The channel's creator gets the creator role, others the default one; a member joins once."""
    service = chat.fetch()
    chat.channels.create(unique_name="team", created_by="boss")
    members = chat.channels("team").members
    boss, worker = members.create(identity="boss"), members.create(identity="worker")
    assert boss.role_sid == service.default_channel_creator_role_sid
    assert worker.role_sid == service.default_channel_role_sid
    with pytest.raises(TwilioRestException) as refusal:
        members.create(identity="worker")
    assert (refusal.value.status, refusal.value.code) == (409, 50404)
    assert [member.identity for member in members.list(identity=["boss"])] == ["boss"]
    assert chat.channels("team").fetch().members_count == 2
    assert chat.channels("team").members("worker").delete()
    assert chat.users("worker").fetch().joined_channels_count == 0


def test_messages_keep_their_index(chat: Any) -> None:
    """Indices grow from 0 and are not reused; an edit shows; the order can be turned round."""
    messages = chat.channels("general").messages
    sent = [messages.create(body=f"number {number}", from_="alice") for number in range(5)]
    assert [message.index for message in sent] == [0, 1, 2, 3, 4]
    assert messages(sent[4].sid).delete()
    assert messages.create(body="next").index == 5
    edited = messages(sent[0].sid).update(body="edited", last_updated_by="bob")
    assert (edited.was_edited, edited.last_updated_by, edited.body) == (True, "bob", "edited")
    assert [message.index for message in messages.list(order="desc", page_size=2)] == [5, 3, 2, 1, 0]
    dated = messages.create(body="old", date_created=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert dated.date_created == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    with pytest.raises(TwilioRestException) as refusal:
        messages.create(body="x" * 32769)
    assert refusal.value.code == 50504


def test_a_user_channel_counts_what_is_unread_and_is_muted(chat: Any) -> None:
    """Null until a horizon is set, then the messages above it; muting is the server's (contract U6–U9, U11–U16)."""
    chat.channels("general").members.create(identity="alice")
    messages = [chat.channels("general").messages.create(body=str(number)) for number in range(6)]
    own = chat.users("alice").user_channels("general")
    assert (own.fetch().unread_messages_count, own.fetch().notification_level) == (None, "default")
    assert own.update(last_consumed_message_index=1).unread_messages_count == 4
    chat.channels("general").messages(messages[3].sid).delete()
    assert own.fetch().unread_messages_count == 3
    assert own.update(notification_level="muted").notification_level == "muted"
    assert own.fetch().last_consumed_message_index == 1
    with pytest.raises(TwilioRestException) as refusal:
        own.update(notification_level="loud")
    assert (refusal.value.status, refusal.value.code) == (400, 50210)
    assert [found.status for found in chat.users("alice").user_channels.list()] == ["joined"]
    assert own.delete()
    with pytest.raises(TwilioRestException):
        own.fetch()


def test_the_two_products_share_one_service(tenant: Tenant) -> None:
    """Conversations' Configuration switches what chat v2 shows (contract R10, R11, R12)."""
    client = client_for(tenant)
    configuration = client.conversations.v1.services(tenant.service_sid).configuration()
    assert configuration.fetch().reachability_enabled is True
    assert configuration.update(reachability_enabled=False).reachability_enabled is False
    assert client.chat.v2.services(tenant.service_sid).fetch().reachability_enabled is False


def test_the_documented_curl_switches_reachability_over_v1(tenant: Tenant) -> None:
    """``POST /v1/Services/{Sid}`` with ReachabilityEnabled, on a bare path, in Python's and in JSON's spelling
    (contract R9)."""
    path = f"/v1/Services/{tenant.service_sid}"
    assert tenant.post(path, ReachabilityEnabled="False")["reachability_enabled"] is False
    assert tenant.post(path, ReachabilityEnabled="true")["reachability_enabled"] is True
    assert "media" not in tenant.get(path)
