"""Requests and their answers, and what comes unasked, on one socket. One packet nobody can read is left out, and ends
nothing that goes well besides."""

import asyncio
import contextlib
import itertools
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException

from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.protocol.defaults import MAX_ERROR_TEXT
from chat_tui.protocol.errors import BadRequest, ChatError, Code, TransportError, Unauthenticated, from_answer
from chat_tui.protocol.twilsock import OK, Header, HttpRequest, Packet, PacketError, Status, decode, encode, encode_json
from chat_tui.tasks import Tasks

MAX_UNREADABLE = 100
"""Packets of one link that may be left out; a service that sends more is not one."""

MAX_ACKS, MAX_ID = 10_000, 256
"""Packets that may wait to be acknowledged, and characters of their ids: a service that does not read ends the link."""

_log = logging.getLogger(__name__)


class Socket(Protocol):
    """As much of a WebSocket as is used here."""

    async def send(self, message: bytes) -> None: ...
    async def close(self) -> None: ...
    def __aiter__(self) -> AsyncIterator[bytes | str]: ...


class Exchange:
    """``on_notice`` is given what the service says by itself; what it raises ends `read`. ``on_unreadable`` hears of
    packets that were left out. ``within``: seconds to wait for an answer."""

    def __init__(
        self,
        socket: Socket,
        on_notice: Callable[[Packet], None],
        on_unreadable: Callable[[], None],
        tasks: Tasks,
        *,
        within: float,
    ) -> None:
        self._socket = socket
        self._on_notice = on_notice
        self._on_unreadable = on_unreadable
        self._tasks = tasks
        self._within = within
        self._answers: dict[str, asyncio.Future[Packet]] = {}
        self._ids = itertools.count(1)
        self._prefix = "TM" + secrets.token_hex(12)
        self._acks: list[str] = []
        self._is_acknowledging = False
        self._left_out = 0
        self.is_trusted = False
        """Set once the service has said something that makes sense."""

    # ---- out

    def next_id(self) -> str:
        return f"{self._prefix}{next(self._ids):08x}"

    async def exchange(self, header: Header, body: Any = None) -> Packet:
        """The reply to a packet, a success. Raises TransportError when the link breaks or nothing comes, InvalidAnswer
        for a reply that says nothing, and what it refuses with."""
        header.id = self.next_id()
        packet = _encoded(header, body)
        answer: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
        self._answers[header.id] = answer
        try:
            async with asyncio.timeout(self._within):
                await self._socket.send(packet)
                reply = await answer
        except TimeoutError:
            raise TransportError("the service does not answer", Code.UNAVAILABLE) from None
        except (WebSocketException, OSError):
            raise TransportError("the link broke", Code.UNAVAILABLE) from None
        finally:
            self._answers.pop(header.id, None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen: when the send itself failed, nobody else looks
        _check(reply.header.status)
        return reply

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, Any] | None = None,
        json: Any = None,
        form: bytes | None = None,
        mutation_id: str | None = None,
    ) -> Any:
        """The JSON body of the answer to a tunnelled request. Raises the ChatError it stands for, TransportError or
        InvalidAnswer."""
        headers = {"Content-Type": "application/json" if form is None else "application/x-www-form-urlencoded"}
        if mutation_id is not None:
            headers["X-Twilio-Mutation-Id"] = mutation_id
        try:
            parts = urlsplit(url)
        except ValueError:
            raise InvalidAnswer("the service named an address that is none", Code.INTERNAL) from None
        request = HttpRequest(parts.netloc, parts.path, method, params or {}, headers)
        header = Header("message", http_request=request, active_grant="ip_messaging")
        reply = await self.exchange(header, form if form is not None else json)
        status = reply.header.http_status
        try:
            body = reply.json()
        except PacketError as error:
            raise InvalidAnswer(f"the service answered nonsense: {error}", Code.INTERNAL) from None
        if status is None or not 200 <= status.code < 600:
            raise InvalidAnswer("the service answered without a status", Code.INTERNAL)
        if status.code >= 300:
            raise from_answer(status.code, body)
        return body

    async def say_goodbye(self) -> None:
        """End cleanly: the service takes us offline at once (guarantees, Reachability 3)."""
        with contextlib.suppress(WebSocketException, OSError, TimeoutError):
            async with asyncio.timeout(self._within):
                await self._socket.send(encode(Header("close", self.next_id(), status=Status(200))))
                await self._socket.close()

    # ---- in

    async def read(self) -> None:
        """Until the socket ends. Raises TransportError when what comes is not this protocol."""
        try:
            async for data in self._socket:
                self._receive(data if isinstance(data, bytes) else data.encode(errors="replace"))
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(TransportError("the link broke", Code.UNAVAILABLE))

    def _receive(self, frame: bytes) -> None:
        try:
            packet = decode(frame, leniently=True)
        except PacketError as error:
            self._leave_out(str(error))
            return
        header = packet.header
        if header.method == "reply":
            answer = self._answers.get(header.id)
            if answer is not None and not answer.done():
                answer.set_result(packet)
            return
        self._acknowledge(header.id)
        try:
            self._on_notice(packet)
        except ChatError:
            raise
        except Exception:
            _log.exception("a notice could not be taken")
            self._leave_out("a notice")

    def _leave_out(self, why: str) -> None:
        self._left_out += 1
        if not self.is_trusted or self._left_out > MAX_UNREADABLE:
            raise TransportError(f"the service sent nonsense: {why}")
        _log.warning("a packet was left out: %s", why)
        self._on_unreadable()

    def _acknowledge(self, packet_id: str) -> None:
        """Say 200 to what the service sent, several at a time."""
        if len(self._acks) >= MAX_ACKS:
            raise TransportError("the service does not read what it is told")
        self._acks.append(packet_id[:MAX_ID])
        if not self._is_acknowledging:
            self._is_acknowledging = True
            self._tasks.spawn(self._flush_acks(), "acknowledging")

    async def _flush_acks(self) -> None:
        try:
            while self._acks:
                acks, self._acks = self._acks, []
                for packet_id in acks:
                    await self._socket.send(_encoded(Header("reply", packet_id, status=OK)))
        except (WebSocketException, OSError):
            return  # the link is broken: nothing is acknowledged any more
        finally:
            self._is_acknowledging = False


def _encoded(header: Header, body: Any = None) -> bytes:
    """Raises BadRequest for what no packet can hold."""
    try:
        if body is None or isinstance(body, bytes):
            return encode(header, body or b"")
        return encode_json(header, body)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadRequest(f"this cannot be sent: {type(error).__name__}", Code.BAD_PARAMETER) from None


def _check(status: Status | None) -> None:
    """Raises Unauthenticated, or ChatError, for a reply that is not a success."""
    if status is None or not 100 <= status.code < 600:
        raise InvalidAnswer("the service answered without a status", Code.INTERNAL)
    if status.code < 300:
        return
    message = (status.description or status.status)[:MAX_ERROR_TEXT]
    if status.code in (401, 403, 410):
        raise Unauthenticated(message, status.errorCode or Code.UNAUTHENTICATED)
    raise from_answer(status.code, {"code": status.errorCode, "message": message})


def refusal(status: Status) -> ChatError:
    """What a service means that ends a link with ``status``."""
    message = (status.description or status.status)[:MAX_ERROR_TEXT]
    if status.code in (401, 403):
        return Unauthenticated(message, status.errorCode or Code.UNAUTHENTICATED)
    return TransportError(f"the service ended the link: {message}", Code.UNAVAILABLE)
