"""Messages."""

from typing import Any

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.dates import date
from chat_tui.server.operations.messages import (
    DeleteMessage,
    FetchMessage,
    ListMessages,
    MessageView,
    SendMessage,
    Sent,
    UpdateMessage,
)
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT_V1, DEFAULT_SERVICE, Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import Message

MAX_CONVERSATIONS_BODY = 1600
"""Characters (guarantees, Bounds 1)."""

_LATER = ("DateCreated", "DateUpdated")
_UNSUPPORTED = ("ContentSid", "ContentVariables")


def represent(call: Call, message: Message) -> shapes.Message | shapes.ConversationMessage:
    service_sid = call.path["service_sid"]
    url = call.at("Services", service_sid, "Channels", message.channel_sid, "Messages", message.sid)
    body: shapes.MessageCore = {
        "sid": message.sid,
        "account_sid": call.actor.account_sid,
        "service_sid": service_sid,
        "channel_sid": message.channel_sid,
        "from": message.author,
        "body": message.body,
        "index": message.idx,
        "media": None,
        "attributes": message.attributes,
        "date_created": date(message.date_created),
        "date_updated": date(message.date_updated),
        "url": url,
    }
    if call.dialect.is_chat:
        own: shapes.Message = {
            **body,
            "to": message.channel_sid,
            "type": "text",
            "last_updated_by": message.last_updated_by,
            "was_edited": message.was_edited,
        }
        return own
    return {
        **body,
        "participant_sid": message.member_sid,
        "delivery": None,
        "content_sid": None,
        "links": {"delivery_receipts": f"{url}/Receipts", "channel_metadata": f"{url}/ChannelMetadata"},
    }


def _single(call: Call, found: Sent | MessageView) -> shapes.Message | shapes.ConversationMessage:
    assert found.message is not None
    return represent(call, found.message)


def _within_limits(call: Call) -> dict[str, Any]:
    """Each version's own rules for a body."""
    body = call.first("Body")
    if not call.dialect.is_chat and len(body or "") > MAX_CONVERSATIONS_BODY:
        raise BadRequest(f"Body: at most {MAX_CONVERSATIONS_BODY} characters", Code.BODY_TOO_LONG)
    return {}


def _to_send(call: Call) -> dict[str, Any]:
    if call.dialect is CHAT_V1 and call.first("Body") is None:
        raise BadRequest("Body: is missing", Code.BODY_MISSING)
    return _within_limits(call)


RESOURCES = (
    Resource(
        path="/Services/{service_sid}/Channels/{channel}/Messages",
        item="message",
        represent=_single,
        listed=represent,
        create=Write(
            SendMessage,
            Parameters(
                "Body",
                "Attributes",
                later=(*_LATER, "MediaSid"),
                chat={"LastUpdatedBy": "last_updated_by"},
                conversations={"Subject": "subject"},
                named={"From": "author"},
            ),
            _to_send,
            unsupported=_UNSUPPORTED,
        ),
        page=Listed(ListMessages, Parameters("Order")),
        fetch=FetchMessage,
        update=Write(
            UpdateMessage,
            Parameters(
                "Body",
                "Attributes",
                later=_LATER,
                chat={"LastUpdatedBy": "last_updated_by"},
                conversations={"Subject": "subject"},
                named={"From": "author"},
            ),
            _within_limits,
        ),
        delete=DeleteMessage,
        hidden={CHAT_V1: ("type", "media", "last_updated_by"), DEFAULT_SERVICE: ("service_sid",)},
    ),
)
