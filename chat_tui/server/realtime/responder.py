"""Answers the requests that come through one connection, within its bounds."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chat_tui.protocol.errors import TooManyRequests
from chat_tui.protocol.sync import SubscriptionRequest
from chat_tui.protocol.twilsock import OK, Header, HttpStatus, encode, encode_json
from chat_tui.server.network.bucket import Bucket
from chat_tui.server.network.share import FOLLOWING_COST, READ_SECONDS, SECONDS_PER_BYTE
from chat_tui.server.operations.actors import ClientActor
from chat_tui.server.operations.operation import Command
from chat_tui.server.operations.revocation import check_not_revoked
from chat_tui.server.realtime.context import LinkContext
from chat_tui.server.realtime.frames import ws_frame
from chat_tui.server.realtime.outgoing import Outgoing
from chat_tui.server.realtime.refusals import as_chat_error
from chat_tui.server.realtime.requests import Body, Request, decode_body, decode_params
from chat_tui.server.realtime.session import Serve
from chat_tui.server.store.transaction import Reader

T = TypeVar("T")

_PACED_ELSEWHERE = ("/v4/Subscriptions", "/v1/typing")
"""Paths of requests that change nothing: delivery has bounds of its own, and typing is dropped without a word."""


class Responder:
    """What handlers ask of a connection: see `requests.Connection`."""

    def __init__(self, context: LinkContext, outgoing: Outgoing) -> None:
        limits = context.limits
        self.registrations: list[str] = []
        self._context = context
        self._outgoing = outgoing
        self._bucket = Bucket(limits.session_rate, limits.session_burst, time.monotonic())

    @property
    def actor(self) -> ClientActor:
        return self._outgoing.actor

    async def serve(self, action: Serve) -> None:
        """Answer a request at the socket's pace."""
        outgoing = self._outgoing
        if not outgoing.can_write:
            await outgoing.until_writable()
        if _is_uncounted(action):
            async with outgoing.reading():
                frame = await self._answered(action)
            outgoing.share.used += READ_SECONDS + len(frame) * SECONDS_PER_BYTE
        else:
            frame = await self._answered(action)
        await outgoing.send(frame)

    async def _answered(self, action: Serve) -> bytes:
        """The frame that answers a request, whatever comes of it."""
        try:
            status, body = await self._answer(action)
        except Exception as error:
            told = as_chat_error(error, self._outgoing.connection_id)
            status, body = told.status, told.body()
        http_status = HttpStatus(status, "OK" if status < 300 else "ERROR")
        header = Header("reply", action.request_id, status=OK, http_status=http_status, http_headers={})
        return ws_frame(encode(header) if body is None else encode_json(header, body))

    async def _answer(self, action: Serve) -> tuple[int, Body]:
        match = self._context.router.match(action.request.method, action.request.path)
        self._count(action)
        request = Request(
            connection=self,
            path=match.path,
            params=decode_params(action.request),
            headers={name.lower(): str(value) for name, value in action.request.headers.items()},
            fields=decode_body(action.request, action.payload),
        )
        answer = await match.handler(request)
        return answer.status, answer.body

    def _count(self, action: Serve) -> None:
        """Whatever may change something counts against the session, though it is refused, or changes nothing."""
        if _is_uncounted(action):
            return
        if not self._bucket.take(time.monotonic()):
            self._outgoing.share.used += READ_SECONDS
            raise TooManyRequests("This connection changes too much at once: wait a little", retry_after=1.0)

    async def run(self, command: Command) -> Any:
        return await self._context.dispatcher.run(self._outgoing.actor, command)

    async def read(self, query: Callable[[Reader], T]) -> T:
        def checked(reader: Reader) -> T:
            check_not_revoked(reader, self._outgoing.actor)
            return query(reader)

        return await self._context.store.read(checked)

    def subscribe(self, requests: Sequence[SubscriptionRequest], correlation_id: int) -> None:
        task = self._context.subscriptions.establish(self._outgoing, requests, correlation_id)
        self._outgoing.share.charge(FOLLOWING_COST * len(requests), task)

    def unsubscribe(self, requests: Sequence[SubscriptionRequest], correlation_id: int) -> None:
        task = self._context.subscriptions.cancel(self._outgoing, requests, correlation_id)
        self._outgoing.share.charge(FOLLOWING_COST * len(requests), task)


def _is_uncounted(action: Serve) -> bool:
    """Of these there may be any number: what they take is of their user's time."""
    return action.request.method == "GET" or action.request.path.startswith(_PACED_ELSEWHERE)
