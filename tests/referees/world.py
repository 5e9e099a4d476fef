"""One of everything on a service, and which of it a documented path means."""

import asyncio
from typing import Any

import httpx

from chat_tui.client import ChatClient
from tests.support.service import Tenant

PREFIXES = {"twilio_chat_v1": "/chat", "twilio_chat_v2": "/chat", "twilio_conversations_v1": "/conversations"}
"""By which a document's paths are told apart on one listener."""

HOLDER, GUEST = "holder", "guest"
"""Who is a member, and who is invited."""

FLOW, MESSAGING = "FW" + "0" * 32, "MG" + "0" * 32


class World:
    """A channel with a member, an invitation, two messages and a webhook; a user with a binding; roles; a credential.
    The account's default service is this one whenever a path means that."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.path = tenant.path
        post = tenant.post
        self.service = tenant.service_sid
        channel = post(f"{self.path}/Channels", UniqueName="world", FriendlyName="World")
        self.channel = channel["sid"]
        self.user = post(f"{self.path}/Users", Identity=HOLDER)["sid"]
        inside = f"{self.path}/Channels/{self.channel}"
        self.member = post(f"{inside}/Members", Identity=HOLDER)["sid"]
        self.message = post(f"{inside}/Messages", Body="first", From=HOLDER)["sid"]
        post(f"{inside}/Messages", Body="second")
        self.invite = post(f"{inside}/Invites", Identity=GUEST)["sid"]
        self.webhooks = [post(f"{inside}/Webhooks", **webhook)["sid"] for webhook in WEBHOOKS]
        self.webhook = self.webhooks[0]
        self.role = post(f"{self.path}/Roles", FriendlyName="spare", Type="channel", Permission="sendMessage")["sid"]
        self.service_role = post(
            f"{self.path}/Roles", FriendlyName="spare too", Type="deployment", Permission="createChannel"
        )["sid"]
        self.credential = post("/v2/Credentials", Type="fcm", Secret="s3cret")["sid"]
        self.binding = asyncio.run(self._bound())

    async def _bound(self) -> str:
        async with ChatClient(self.tenant.url, self.tenant.token(HOLDER)) as client:
            await client.push.register("device")
        found: str = self.tenant.get(f"{self.path}/Bindings")["bindings"][0]["sid"]
        return found

    def place(self, document: str, path: str) -> str:
        """The path with this world's SIDs, as one listener tells it apart."""
        found: list[str] = []
        for segment in path.strip("/").split("/"):
            found.append(str(getattr(self, _HOLDS[found[-1]])) if segment.startswith("{") else segment)
        return "/".join([PREFIXES[document], *found])

    def call(self, document: str, operation: str, **arguments: Any) -> httpx.Response:
        """Perform ``METHOD /path`` on this world."""
        method, _, path = operation.partition(" ")
        if "/Services" not in path:
            self.tenant.post("/conversations/v1/Configuration", DefaultChatServiceSid=self.service)
        return self.tenant.http.request(method, self.place(document, path), **arguments)

    address, receipt = "IG" + "0" * 32, "DY" + "0" * 32


_URL = {"Configuration.Url": "https://example.com/hook"}
WEBHOOKS: tuple[dict[str, str], ...] = (
    {"Type": "webhook", "Configuration.Filters": "onMessageSent", **_URL},
    {"Type": "trigger", "Configuration.Triggers": "word", **_URL},
    {"Type": "studio", "Configuration.FlowSid": FLOW},
)
_HOLDS = {
    "Services": "service",
    "Channels": "channel",
    "Conversations": "channel",
    "Users": "user",
    "Members": "member",
    "Participants": "member",
    "Messages": "message",
    "Invites": "invite",
    "Webhooks": "webhook",
    "Roles": "role",
    "Bindings": "binding",
    "Credentials": "credential",
    "Addresses": "address",
    "Receipts": "receipt",
}
"""Which of its things a world puts behind a collection's name."""
