"""Messages, sent once however often they are asked for (contract 7.5)."""

from chat_tui.protocol import api_shapes
from chat_tui.server.dates import timestamp
from chat_tui.server.operations import messages
from chat_tui.server.realtime.requests import Answer, Request, Routes
from chat_tui.server.store.rows import Message


def _describe_message(message: Message) -> api_shapes.MessageDescription:
    return {
        "sid": message.sid,
        "index": message.idx,
        "conversation_sid": message.channel_sid,
        "author": message.author,
        "body": message.body,
        "attributes": message.attributes,
        "date_created": timestamp(message.date_created),
        "date_updated": timestamp(message.date_updated),
    }


async def send_message(request: Request) -> Answer:
    """``X-Twilio-Mutation-Id`` makes a repeat harmless: it answers with what was stored (guarantees, Send 2)."""
    mutation_id = request.headers.get("x-twilio-mutation-id")
    names = {name: name for name in ("body", "attributes", "subject")}
    if request.fields.get("body", "") is None:
        request.fields["body"] = ""
    sent = await request.run(request.command(messages.SendMessage, names, mutation_id=mutation_id))
    stored: api_shapes.StoredMessage = {"sid": sent.sid, "index": sent.index}
    return Answer(201, stored if sent.message is None else _describe_message(sent.message))


async def update_message(request: Request) -> Answer:
    names = {"body": "body", "attributes": "attributes"}
    view = await request.run(request.command(messages.UpdateMessage, names))
    return Answer(200, _describe_message(view.message))


async def delete_message(request: Request) -> Answer:
    await request.run(request.command(messages.DeleteMessage, {}))
    return Answer(204)


_CHANNEL = "/Client/{version}/Conversations/{channel}"
ROUTES: Routes = [
    (f"POST {_CHANNEL}/Messages", send_message),
    (f"POST {_CHANNEL}/Messages/{{message}}", update_message),
    (f"DELETE {_CHANNEL}/Messages/{{message}}", delete_message),
]
