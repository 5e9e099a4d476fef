"""Registrations for push, which make a user notifiable (contract R18)."""

from typing import TYPE_CHECKING

from chat_tui.client.ports import Request
from chat_tui.protocol.defaults import PUSH_API
from chat_tui.protocol.values import BindingType

if TYPE_CHECKING:
    from chat_tui.protocol.api_shapes import DeviceRequest

REGISTRATIONS = f"{PUSH_API}/v1/registrations"
TYPES = ("new_message", "added_to_channel", "invited_to_channel", "removed_from_channel", "consumption_update")


class Push:
    """Of the own user. A ``registration_id`` is the device's own secret."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._registered: tuple[str, BindingType] | None = None

    async def register(self, registration_id: str, binding_type: BindingType = BindingType.FCM) -> None:
        """Register a device: one becomes notifiable. Raises ChatError."""
        await self._post(registration_id, binding_type, TYPES)
        self._registered = (registration_id, binding_type)

    async def unregister(self, registration_id: str | None = None, binding_type: BindingType = BindingType.FCM) -> None:
        """Take a registration back: the one given, which may be of an earlier connection, else this client's own."""
        given = self._registered if registration_id is None else (registration_id, binding_type)
        if given is not None:
            await self._post(*given, ())
            self._registered = None

    async def _post(self, registration_id: str, binding_type: BindingType, types: tuple[str, ...]) -> None:
        body: DeviceRequest = {
            "endpoint_platform": "chat_tui",
            "channel_type": binding_type.value,
            "version": "2",
            "message_types": types,
            "data": {"registration_id": registration_id},
        }
        await self._request("POST", REGISTRATIONS, params={"productId": "ip_messaging"}, json=body)
