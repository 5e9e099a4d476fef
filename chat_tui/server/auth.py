"""Who is calling: HTTP Basic for REST, access tokens for the realtime side (contract 1.1, 1.11; guarantees, Security
2)."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from chat_tui.protocol.errors import Code, NotFound, Unauthenticated
from chat_tui.protocol.tokens import Claims, decode_token, token_issuer
from chat_tui.protocol.values import RoleType
from chat_tui.server.bus import KeyRevoked, ServiceGone, UserGone
from chat_tui.server.operations.accounts import FindCredentials
from chat_tui.server.operations.actors import SYSTEM, AccountActor
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.operations.roles import FetchRole
from chat_tui.server.operations.services import FetchService
from chat_tui.server.store.rows import Account, ApiKey, Role, Service
from chat_tui.server.store.secrets import SecretBox

MAX_KNOWN = 1_000
"""Headers that were found good, by a digest that says nothing of them: REST callers send the same one every time."""


class ClientIdentity(msgspec.Struct, frozen=True):
    """Whom a token speaks for; ``expires`` in seconds since 1970."""

    account_sid: str
    key_sid: str
    service_sid: str
    identity: str
    role_sid: str | None
    expires: int


class Watch:
    """What is revoked while somebody is being checked: see `Revocations`."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def confirm(self, *sids: str | None) -> None:
        """Raises Unauthenticated when one of what was found good meanwhile is not any more."""
        if not self.gone.isdisjoint(sids):
            raise Unauthenticated("What these credentials stand for was revoked", Code.TOKEN_ISSUER_INVALID)


class Revocations:
    """Lets nothing that was checked before a revocation be held for good after it.

    A check reads the store, which takes time, and what it finds is held afterwards: a header in a cache, an open
    link. The order in which that is safe:

    1. A revocation is published in the event loop after its commit. Whatever is *held* then is dropped there and
       then, by who holds it (`Authenticator.on_published`, `Gateway`); whatever is still *being checked* has a watch
       open, and the watch learns of it here.
    2. A check opens its watch before it reads. If it read before the commit, the publication comes after that, so it
       finds the watch open, or finds what the watch was closed for. If it read after the commit, the store said no.
    3. Between the watch's `confirm` and the moment in which something is held there is no ``await``: nothing can be
       published in between.

    SIDs never come again, so what is gone is gone. What an operation does for somebody is checked once more inside
    its transaction (`operations.revocation`).
    """

    def __init__(self) -> None:
        self._watches: set[Watch] = set()

    @contextmanager
    def watch(self) -> Iterator[Watch]:
        """Hold it open from before the first read until what was read is held."""
        made = Watch()
        self._watches.add(made)
        try:
            yield made
        finally:
            self._watches.discard(made)

    def on_published(self, items: Iterable[object]) -> None:
        """A bus listener."""
        gone = [sid for item in items if (sid := revoked_sid(item)) is not None]
        if gone:
            for watch in self._watches:
                watch.gone.update(gone)


def revoked_sid(item: object) -> str | None:
    """The key, user or service that a published ``item`` says is gone."""
    if isinstance(item, KeyRevoked):
        return item.key_sid
    if isinstance(item, UserGone):
        return item.user_sid
    return item.service_sid if isinstance(item, ServiceGone) else None


class Authenticator:
    """Checks credentials against the store; secrets are opened only here, for the moment of the check."""

    def __init__(self, dispatcher: Dispatcher, box: SecretBox, clock: Callable[[], float] = time.time) -> None:
        self._dispatcher = dispatcher
        self._box = box
        self._clock = clock
        self.revocations = Revocations()
        self._known: dict[bytes, AccountActor] = {}
        self._salt = secrets.token_bytes(32)

    def on_published(self, items: list[Any]) -> None:
        """A bus listener: a revoked key is unknown from now on."""
        self.revocations.on_published(items)
        for item in items:
            if isinstance(item, KeyRevoked):
                self._known = {header: actor for header, actor in self._known.items() if actor.key_sid != item.key_sid}

    async def account(self, authorization: str | None) -> AccountActor:
        """The account behind an ``Authorization: Basic`` header: SID + auth token, or key SID + secret.
        Raises Unauthenticated (20003)."""
        digest = hashlib.blake2b((authorization or "").encode(), key=self._salt).digest()
        known = self._known.get(digest)
        if known is None:
            with self.revocations.watch() as watch:
                known = await self._check(authorization)
                watch.confirm(known.key_sid)
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[digest] = known
        return known

    async def _check(self, authorization: str | None) -> AccountActor:
        refusal = Unauthenticated("Authenticate with HTTP Basic: Account SID and auth token", Code.UNAUTHENTICATED)
        if authorization is None or authorization[:6].lower() != "basic ":
            raise refusal
        try:
            user, _, password = base64.b64decode(authorization[6:], validate=True).decode().partition(":")
        except ValueError:  # no base64, no ASCII, or no UTF-8 inside
            raise refusal from None
        found: Account | ApiKey | None = await self._dispatcher.run(SYSTEM, FindCredentials(sid=user))
        secret = "" if found is None else self._box.open(found.secret)
        if not hmac.compare_digest(secret.encode(), password.encode()) or found is None:
            raise Unauthenticated("Account SID or auth token is wrong", Code.UNAUTHENTICATED)
        return AccountActor(found.sid) if isinstance(found, Account) else AccountActor(found.account_sid, found.sid)

    async def client(self, token: str) -> ClientIdentity:
        """Whom ``token`` speaks for: for the caller to confirm before it holds it (`Revocations`). Raises
        Unauthenticated with the code of the check that failed."""
        key_sid = token_issuer(token)
        key: ApiKey | None = await self._dispatcher.run(SYSTEM, FindCredentials(sid=key_sid))
        if key is None:
            raise Unauthenticated("Access token: unknown or revoked API key", Code.TOKEN_ISSUER_INVALID)
        secret = self._box.open(key.secret)
        claims = decode_token(token, key_sid=key_sid, key_secret=secret, account_sid=key.account_sid, now=self._clock())
        await self._check_service(claims)
        await self._check_role(claims)
        grant = claims.grants.chat
        return ClientIdentity(
            key.account_sid, key_sid, grant.service_sid, claims.grants.identity, grant.deployment_role_sid, claims.exp
        )

    async def _check_service(self, claims: Claims) -> None:
        """The service a token names must be its account's."""
        actor = AccountActor(claims.sub)
        try:
            service: Service = await self._dispatcher.run(
                actor, FetchService(service_sid=claims.grants.chat.service_sid)
            )
        except NotFound:
            raise Unauthenticated("Access token: no such service", Code.TOKEN_GRANTS_INVALID) from None
        assert service.account_sid == claims.sub

    async def _check_role(self, claims: Claims) -> None:
        """The role a token gives must be a service role of its service."""
        grant = claims.grants.chat
        if grant.deployment_role_sid is None:
            return
        actor, command = AccountActor(claims.sub), FetchRole(grant.service_sid, grant.deployment_role_sid)
        with suppress(NotFound):
            role: Role = await self._dispatcher.run(actor, command)
            if role.type is RoleType.DEPLOYMENT:
                return
        raise Unauthenticated("Access token: no such service role", Code.TOKEN_GRANTS_INVALID)
