"""Delivery receipts of a message, which networks beyond this one would send: there are none (contract 7.5)."""

from chat_tui.protocol import api_shapes
from chat_tui.server.operations import messages
from chat_tui.server.realtime.requests import Answer, Request, Routes


async def receipts(request: Request) -> Answer:
    """Of a message that the user may read."""
    await request.run(request.command(messages.FetchMessage, {}))
    meta: api_shapes.PageMeta = {"previous_token": None, "prev_token": None, "next_token": None}
    body: api_shapes.ReceiptPage = {"delivery_receipts": [], "meta": meta}
    return Answer(200, body)


ROUTES: Routes = [
    ("GET /Client/{version}/Conversations/{channel}/Messages/{message}/Receipts", receipts),
]
