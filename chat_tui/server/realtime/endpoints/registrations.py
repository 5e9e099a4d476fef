"""The Client API's push registrations: a device registers itself, and is told to no longer (contract 6.3)."""

import contextlib
import hashlib
from typing import Any

import msgspec

from chat_tui.protocol import api_shapes
from chat_tui.protocol.errors import BadRequest, Code, NotFound
from chat_tui.server.operations import bindings
from chat_tui.server.realtime.requests import Answer, Request, Routes


class _Registration(msgspec.Struct):
    channel_type: str
    data: dict[str, Any] = {}
    message_types: tuple[str, ...] = ()


async def register_push(request: Request) -> Answer:
    """A device's push registration becomes a binding; without message types it stops being one (contract 6.3)."""
    try:
        given = msgspec.convert(request.fields, _Registration)
    except msgspec.ValidationError as error:
        raise BadRequest(f"Registration: {error}", Code.BAD_PARAMETER) from None
    address = str(given.data.get("registration_id") or "")
    if not given.message_types and not address:
        return await unregister_push(request)
    if not address:
        raise BadRequest("data.registration_id: is missing", Code.BAD_PARAMETER)
    device = hashlib.blake2b(address.encode(errors="replace"), digest_size=12).hexdigest()
    endpoint = f"{given.channel_type}:{device}"
    if not given.message_types:
        return await _forget_device(request, endpoint)
    binding = await request.run(
        bindings.RegisterBinding(
            service_sid=request.actor.service_sid,
            user=request.actor.user_sid,
            binding_type=given.channel_type,
            endpoint=endpoint,
            address=address,
            message_types=given.message_types,
        )
    )
    if binding.sid not in request.connection.registrations:
        request.connection.registrations.append(binding.sid)
    body: api_shapes.RegistrationAnswer = {"id": binding.sid}
    return Answer(201, body)


async def _forget_device(request: Request, endpoint: str) -> Answer:
    """A device that is registered for nothing is registered no more, whichever connection did it."""
    with contextlib.suppress(NotFound):
        await request.run(bindings.RemoveBinding(service_sid=request.actor.service_sid, endpoint=endpoint))
    body: api_shapes.RegistrationAnswer = {"id": ""}
    return Answer(200, body)


async def unregister_push(request: Request) -> Answer:
    """Without an id, or with one that is none of ours, whatever this connection registered."""
    wanted = request.path.get("registration", "")
    own = request.connection.registrations
    service_sid = request.actor.service_sid
    for sid in [wanted] if wanted and wanted not in own else list(own):
        try:
            await request.run(bindings.RemoveBinding(service_sid=service_sid, binding=sid))
        except NotFound:
            continue  # gone already: what was asked for holds
    own.clear()
    return Answer(204)


ROUTES: Routes = [
    ("POST /v1/registrations", register_push),
    ("POST /v1/registrations/{registration}", register_push),
    ("DELETE /v1/registrations", unregister_push),
    ("DELETE /v1/registrations/{registration}", unregister_push),
]
