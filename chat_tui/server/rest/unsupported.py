"""The paths of Conversations that mean nothing without a telephone network, or lead to what is not offered: each says
so."""

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.rest.call import Answer, Call
from chat_tui.server.rest.dialects import CONVERSATIONS, DEFAULT_SERVICE
from chat_tui.server.rest.resource import Endpoint

ADDRESSES = "/Configuration/Addresses"
_CHANNEL = "/Services/{service_sid}/Channels/{channel}"
_MESSAGE = f"{_CHANNEL}/Messages/{{message}}"
RECEIPTS = f"{_MESSAGE}/Receipts"
METADATA = f"{_MESSAGE}/ChannelMetadata"
EXPORT = f"{_CHANNEL}/Export"


async def refuse(call: Call) -> Answer:
    """Raises BadRequest."""
    raise BadRequest(
        "Addresses, delivery receipts and metadata of channels need a telephone network, which this service is not"
        " connected to",
        Code.BAD_PARAMETER,
    )


async def refuse_export(call: Call) -> Answer:
    """Every conversation has a link here (contract 2.4). Raises BadRequest."""
    raise BadRequest("Conversations are not exported: list their messages and participants", Code.BAD_PARAMETER)


ROUTES = [
    *(
        (f"{method} {CONVERSATIONS.route(path)}", Endpoint(refuse, CONVERSATIONS))
        for path, methods in ((ADDRESSES, ("GET", "POST")), (f"{ADDRESSES}/{{address}}", ("GET", "POST", "DELETE")))
        for method in methods
    ),
    *(
        (f"GET {dialect.route(path)}", Endpoint(refuse, dialect))
        for dialect in (CONVERSATIONS, DEFAULT_SERVICE)
        for path in (RECEIPTS, f"{RECEIPTS}/{{receipt}}", METADATA)
    ),
    *(
        (f"{method} {dialect.route(EXPORT)}", Endpoint(refuse_export, dialect))
        for dialect in (CONVERSATIONS, DEFAULT_SERVICE)
        for method in ("GET", "POST")
    ),
]
