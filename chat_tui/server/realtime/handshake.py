"""Which upgrades become realtime sockets, and what the others hear (guarantees, Liveness 6; guarantees, Security 6)."""

from collections.abc import Callable, Collection
from http import HTTPStatus

from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from chat_tui.protocol.proof import CHALLENGE, Prover
from chat_tui.protocol.twilsock import PATH
from chat_tui.server.network.hosts import is_known, may_connect


class Handshakes:
    """``admits`` says whether one more may come in at a time of the loop's clock; ``public_name`` is the host name
    beside loopback that this service answers for, ``origins`` are the web origins that may connect beside loopback
    ones. ``prover`` shows a local client that this is the service of its data directory, before it says who it is."""

    def __init__(
        self,
        *,
        admits: Callable[[float], bool],
        public_name: str | None,
        origins: Collection[str],
        prover: Prover | None,
    ) -> None:
        self._admits = admits
        self._public_name = public_name
        self._origins = origins
        self._prover = prover

    def answer(
        self, connection: ServerProtocol, asked: Request, server: tuple[str, int | None] | None, now: float
    ) -> Response:
        """What to send to who ``asked``; anything but 101 is the end of it. ``server``: our end of the connection."""
        refusal = self._refusal(asked, now)
        if refusal is not None:
            response = connection.reject(*refusal)
            if refusal[0] is HTTPStatus.SERVICE_UNAVAILABLE:
                response.headers["Retry-After"] = "1"
            return response
        response = connection.accept(asked)
        if self._prover is not None and server is not None:
            response.headers.update(self._prover.headers(asked.headers.get_all(CHALLENGE), server))
        return response

    def _refusal(self, asked: Request, now: float) -> tuple[HTTPStatus, str] | None:
        if asked.path.partition("?")[0] != PATH:
            return HTTPStatus.FORBIDDEN, "There is no WebSocket at this path\n"
        hosts = asked.headers.get_all("Host")
        if len(hosts) != 1 or not is_known(hosts[0], self._public_name):
            return HTTPStatus.MISDIRECTED_REQUEST, "Host: this service does not answer for that name\n"
        if not may_connect(asked.headers.get_all("Origin"), self._origins):
            return HTTPStatus.FORBIDDEN, "Origin: not allowed; the operator can allow it\n"
        if not self._admits(now):
            return HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections at once: try again in a second\n"
        return None
