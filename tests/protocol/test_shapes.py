"""What a client decodes is what the service says: its structs are parts of the shapes, and take every value of them."""

import inspect
from collections.abc import Iterable, Iterator
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import pytest

from chat_tui import client
from chat_tui.protocol import api_shapes, sync_shapes
from tests.support.shapes import fields_of, is_shape, members

DECODERS: dict[str, Any] = {
    "commands.channels._Described": api_shapes.ChannelPage,
    "commands.messages._Stored": api_shapes.StoredMessage,
    "commands.typing._TypingAnswer": api_shapes.TypingAnswer,
    "link.answers.PageMeta": api_shapes.PageMeta,
    "link.pages._Page": api_shapes.ChannelPage | api_shapes.UserPage | sync_shapes.ItemPage,
    "link.transport._Pause": api_shapes.BackoffPolicy,
    "link.transport._Policy": api_shapes.Offload,
    "state.channel_parsing.ChannelData": api_shapes.ChannelDescription,
    "state.channel_parsing.ChannelDocumentData": sync_shapes.ChannelDocument,
    "state.channel_parsing.LastMessageData": sync_shapes.LastMessage,
    "state.channel_parsing.OwnChannelData": sync_shapes.OwnChannelItem,
    "state.configuration.ConfigurationData": api_shapes.Configuration,
    "state.configuration.OwnObjects": api_shapes.OwnObjects,
    "state.descriptions._Page": api_shapes.ChannelPage,
    "state.parsing.MemberData": sync_shapes.RosterItem,
    "state.parsing.ReachabilityItem": sync_shapes.ReachabilityItem,
    "state.parsing.Notification": sync_shapes.ObjectNotification | sync_shapes.SubscriptionNotification,
    "state.parsing.Snapshot": sync_shapes.Descriptor,
    "state.parsing.SnapshotItem": sync_shapes.Item,
    "state.parsing.SnapshotPage": sync_shapes.ItemPage,
    "state.parsing.SyncEvent": sync_shapes.ObjectEvent | sync_shapes.SubscriptionEvent,
    "state.parsing.TypingNotice": sync_shapes.TypingNotification,
    "state.parsing.UserInfoItem": sync_shapes.ValueItem,
    "state.parsing._MessageData": sync_shapes.MessageItem,
    "state.parsing._UserData": api_shapes.UserDescription,
    "state.parsing._UserObjects": api_shapes.UserObjects,
    "state.people._Users": api_shapes.UserPage,
}
"""What each struct of the client is a part of."""

OWN = {
    "commands": {"commands.channel_sender.Sending"},
    "link": {"link.connection.ConnectionHandlers", "link.timing.Timing"},
    "state": {"state.known_channels.SavedOwnChannels", "state.open_channel.SavedMessages"},
}
"""Structs of the client's own, which no service fills."""


def structs(room: str) -> Iterator[tuple[str, type]]:
    """Every struct of the client's ``room``, by its place there."""
    package = import_module(f"{client.__name__}.{room}")
    for found in walk_packages(package.__path__, f"{package.__name__}."):
        module = import_module(found.name)
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__:
                yield f"{module.__name__.removeprefix(f'{client.__name__}.')}.{name}", kind


KNOWN = {name: kind for room in OWN for name, kind in structs(room)}


def test_every_decoder_has_its_shape() -> None:
    """And neither list holds one that is gone."""
    assert set(KNOWN) == set(DECODERS) | {name for own in OWN.values() for name in own}


@pytest.mark.parametrize("name", DECODERS)
def test_a_decoder_asks_for_what_is_said(name: str) -> None:
    """Every field of it is a field of each shape, or of one of several; what it cannot do without is always there; and
    it takes whatever value the shape may have."""
    assert list(_wrong(KNOWN[name], members(DECODERS[name]), name)) == []


def _wrong(decoder: Any, shapes: Iterable[Any], where: str) -> Iterator[str]:
    said = [fields_of(shape) for shape in shapes]
    asked = fields_of(decoder)
    needed = {field.encode_name for field in msgspec.structs.fields(decoder) if field.required}
    for name, hint in asked.types.items():
        known = [fields.types[name] for fields in said if name in fields.types]
        if not known:
            yield f"{where}.{name}: is never said"
        if name in needed and not all(name in fields.required for fields in said):
            yield f"{where}.{name}: is not always said"
        values = [member for shape in known for member in members(shape)]
        parts = [part for part in members(hint) if is_shape(part)]
        for part in parts:
            yield from _wrong(part, [value for value in values if is_shape(value)], f"{where}.{name}")
        for value in values:
            if not (parts and is_shape(value)) and not any(_takes(member, value) for member in members(hint)):
                yield f"{where}.{name}: {value} is not taken"


def _takes(decoder: Any, said: Any) -> bool:
    """Whether a decoder's type takes every value of a shape's."""
    if get_origin(decoder) is Annotated:
        decoder = get_args(decoder)[0]
    if decoder is Any or decoder == said:
        return True
    if is_shape(said):
        if get_origin(decoder) is dict:
            return all(_takes(get_args(decoder)[1], hint) for hint in fields_of(said).types.values())
        return is_shape(decoder) and not list(_wrong(decoder, [said], decoder.__name__))
    if get_origin(said) is list:
        return get_origin(decoder) is list and _takes(get_args(decoder)[0], get_args(said)[0])
    if decoder is str:
        return get_origin(said) is Literal or (isinstance(said, type) and issubclass(said, Enum | str))
    return decoder is float and said is int
