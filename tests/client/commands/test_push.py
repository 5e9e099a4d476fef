"""Registrations for push: which one is taken back."""

from typing import Any

from chat_tui.client.commands.push import REGISTRATIONS, Push
from chat_tui.protocol.values import BindingType


class Wire:
    """``told``: the device, its type, and how many kinds of messages it is to be told of."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []
        self.push = Push(self.request)

    async def request(self, method: str, url: str, *, params: Any = None, json: Any = None) -> Any:
        assert (method, url, params) == ("POST", REGISTRATIONS, {"productId": "ip_messaging"})
        self.told.append((json["data"]["registration_id"], json["channel_type"], len(json["message_types"])))


async def test_a_device_is_registered_for_everything_and_taken_back_for_nothing() -> None:
    """The one that was registered last, once (contract R18)."""
    wire = Wire()
    await wire.push.register("device", BindingType.APN)
    await wire.push.unregister()
    await wire.push.unregister()
    assert wire.told == [("device", "apn", 5), ("device", "apn", 0)]


async def test_one_of_an_earlier_connection_is_taken_back_by_name() -> None:
    """And none is taken back that there never was."""
    wire = Wire()
    await wire.push.unregister()
    assert wire.told == []
    await wire.push.unregister("old device")
    assert wire.told == [("old device", "fcm", 0)]
