"""Who a token speaks for, and that it still does once somebody is let in by it."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from chat_tui.protocol.errors import Code, NotFound, Unauthenticated
from chat_tui.server.auth import Authenticator
from chat_tui.server.operations.actors import AccountActor, ClientActor
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.operations.users import EnsureUser


class Bearer(NamedTuple):
    """Whom a token made an actor; ``expires`` in seconds since 1970."""

    actor: ClientActor
    expires: int


class Logins:
    """``first_channel_of`` says where a newcomer to a service is seated.

    Whoever awaits one of these must hold the actor at once, without another ``await`` in between: from then on
    `Gateway` finds it when what it lives by is revoked (`Revocations` says why that cannot be too late).
    """

    def __init__(
        self, authenticator: Authenticator, dispatcher: Dispatcher, first_channel_of: Callable[[str], str | None]
    ) -> None:
        self._authenticator = authenticator
        self._dispatcher = dispatcher
        self._first_channel_of = first_channel_of

    async def enter(self, token: str) -> Bearer:
        """The user ``token`` speaks for, made when first met. A user who was deleted may come again, as a new one: the
        token is its account's word, and to keep somebody out is to revoke the key, or to hand out no more tokens.
        Raises Unauthenticated."""
        with self._authenticator.revocations.watch() as watch:
            identity = await self._authenticator.client(token)
            service_sid, role_sid = identity.service_sid, identity.role_sid
            command = EnsureUser(service_sid, identity.identity, self._first_channel_of(service_sid), role_sid)
            try:
                view = await self._dispatcher.run(AccountActor(identity.account_sid, identity.key_sid), command)
            except NotFound:
                raise Unauthenticated("Access token: no such service", Code.TOKEN_GRANTS_INVALID) from None
            watch.confirm(identity.key_sid, service_sid, view.user.sid)
        actor = ClientActor(service_sid, identity.identity, view.user.sid, role_sid, identity.key_sid)
        return Bearer(actor, identity.expires)

    async def renew(self, token: str, actor: ClientActor) -> Bearer:
        """``actor`` by another token for the same identity and service. Raises Unauthenticated."""
        with self._authenticator.revocations.watch() as watch:
            identity = await self._authenticator.client(token)
            watch.confirm(identity.key_sid)
        if (identity.identity, identity.service_sid) != (actor.identity, actor.service_sid):
            raise Unauthenticated("Access token: for another identity or service", Code.TOKEN_GRANTS_INVALID)
        renewed = msgspec.structs.replace(actor, role_sid=identity.role_sid, key_sid=identity.key_sid)
        return Bearer(renewed, identity.expires)
