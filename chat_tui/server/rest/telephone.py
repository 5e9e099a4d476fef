"""The paths of Conversations that mean nothing without a telephone network: each says so."""

from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.rest.call import Answer, Call
from chat_tui.server.rest.dialects import CONVERSATIONS, DEFAULT_SERVICE
from chat_tui.server.rest.resource import Endpoint

ADDRESSES = "/Configuration/Addresses"
RECEIPTS = "/Services/{service_sid}/Channels/{channel}/Messages/{message}/Receipts"


async def refuse(call: Call) -> Answer:
    """Raises BadRequest."""
    raise BadRequest(
        "Addresses and delivery receipts need a telephone network, which this service is not connected to",
        Code.BAD_PARAMETER,
    )


ROUTES = [
    *(
        (f"{method} {CONVERSATIONS.route(path)}", Endpoint(refuse, CONVERSATIONS))
        for path, methods in ((ADDRESSES, ("GET", "POST")), (f"{ADDRESSES}/{{address}}", ("GET", "POST", "DELETE")))
        for method in methods
    ),
    *(
        (f"GET {dialect.route(path)}", Endpoint(refuse, dialect))
        for dialect in (CONVERSATIONS, DEFAULT_SERVICE)
        for path in (RECEIPTS, f"{RECEIPTS}/{{receipt}}")
    ),
]
