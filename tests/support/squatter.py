"""A process that sits on a port which was another's, and writes down all it is told.

python -m tests.support.squatter PORT MANNER FILE [PORT of the real service, or an earlier PROOF]
"""

import base64
import contextlib
import hashlib
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.waiting import blocking_pause

MANNERS = ("silent", "closing", "echoing", "agreeable", "replaying", "forwarding", "dripping", "flooding", "leading on")
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Squatter:
    """What a connection is met with, by manner; each takes the first bytes, returns when it is done with it."""

    def __init__(self, notes: Path, extra: str) -> None:
        self._notes = notes.open("ab", buffering=0)
        self._extra = extra

    def meet(self, manner: str, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            behaviour: Callable[[socket.socket], None] = getattr(self, "_" + manner.replace(" ", "_"))
            behaviour(connection)

    def _hear(self, connection: socket.socket) -> bytes:
        heard = connection.recv(65536)
        self._notes.write(heard)
        return heard

    def _silent(self, connection: socket.socket) -> None:
        while self._hear(connection):
            pass

    def _closing(self, connection: socket.socket) -> None:
        self._hear(connection)

    def _echoing(self, connection: socket.socket) -> None:
        while heard := self._hear(connection):
            connection.sendall(heard)

    def _agreeable(self, connection: socket.socket, *headers: str) -> None:
        """To everything 200, or 101 to who wants a WebSocket; what comes then is what it is after."""
        while heard := self._hear(connection):
            key = re.search(rb"(?i)Sec-WebSocket-Key: *(\S+)", heard)
            lines = ["HTTP/1.1 200 OK", "Content-Length: 0", *headers]
            if key is not None:
                accept = base64.b64encode(hashlib.sha1(key[1] + _GUID).digest()).decode()
                upgrade = ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}"]
                lines = ["HTTP/1.1 101 Switching Protocols", *upgrade, *headers]
            if heard[:4] in (b"GET ", b"HEAD", b"POST", b"DELE"):
                connection.sendall("\r\n".join([*lines, "", ""]).encode())

    def _replaying(self, connection: socket.socket) -> None:
        self._agreeable(connection, f"Chat-Tui-Proof: {self._extra}")

    def _leading_on(self, connection: socket.socket) -> None:
        """Asks for the credentials, and sends on to itself."""
        while self._hear(connection):
            place = "Location: http://127.0.0.1:%d/" % connection.getsockname()[1]  # noqa: UP031
            connection.sendall(
                f'HTTP/1.1 307 See there\r\n{place}\r\nWWW-Authenticate: Basic realm="x"\r\n'
                "Content-Length: 0\r\n\r\n".encode()
            )

    def _dripping(self, connection: socket.socket) -> None:
        self._hear(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            connection.sendall(b"x")
            blocking_pause(0.05)

    def _flooding(self, connection: socket.socket) -> None:
        self._hear(connection)
        while True:
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 10_000)

    def _forwarding(self, connection: socket.socket) -> None:
        """The real service answers, and this listens in."""
        with socket.create_connection(("127.0.0.1", int(self._extra))) as real:

            def bring_back() -> None:
                with contextlib.suppress(OSError):
                    while answered := real.recv(65536):
                        connection.sendall(answered)

            threading.Thread(target=bring_back, daemon=True).start()
            while heard := self._hear(connection):
                real.sendall(heard)


def main() -> None:
    port, manner, notes = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    squatter = Squatter(notes, sys.argv[4] if len(sys.argv) > 4 else "")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=squatter.meet, args=(manner, connection), daemon=True).start()


class Notes:
    """What a squatter on ``port`` was told."""

    def __init__(self, port: int, file: Path) -> None:
        self.port = port
        self._file = file

    def read(self) -> bytes:
        return self._file.read_bytes()

    def holds_any(self, *secrets: str) -> list[str]:
        """The secrets it was told, as they are, in base64, or as half of a pair."""
        heard = self.read()
        joined = b" ".join([heard, *map(_decoded, re.findall(rb"[\w+/=-]{16,}", heard))])
        return [secret for secret in secrets if secret.encode() in joined]


def _decoded(text: bytes) -> bytes:
    with contextlib.suppress(ValueError):
        return base64.urlsafe_b64decode(text.translate(bytes.maketrans(b"+/", b"-_")) + b"==")
    return b""


@contextlib.contextmanager
def squatting(file: Path, manner: str, port: int = 0, extra: object = "") -> Iterator[Notes]:
    """A squatter for the length of a block."""
    command = [sys.executable, "-m", "tests.support.squatter", str(port), manner, str(file), str(extra)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Notes(int(process.stdout.readline()), file)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    main()
