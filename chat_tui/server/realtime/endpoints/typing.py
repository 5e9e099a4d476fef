"""Typing notices."""

from chat_tui.protocol import api_shapes
from chat_tui.server.operations import typing
from chat_tui.server.realtime.requests import Answer, Request, Routes


async def notify_typing(request: Request) -> Answer:
    channel_sid = str(request.fields.get("ChannelSid") or request.fields.get("ConversationSid") or "")
    command = typing.NotifyTyping(service_sid=request.actor.service_sid, channel=channel_sid)
    body: api_shapes.TypingAnswer = {"typing_timeout": (await request.run(command)).timeout}
    return Answer(200, body)


ROUTES: Routes = [
    ("POST /v1/typing", notify_typing),
]
