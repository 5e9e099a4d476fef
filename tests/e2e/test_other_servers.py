"""The client on another server: by URL and token, by an address that hands out tokens, by a profile."""

import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import ServiceProcess, Tenant
from tests.support.terminal import Terminal


def client(*arguments: str) -> Terminal:
    return Terminal(sys.executable, "-m", "chat_tui.cli", *arguments)


@pytest.fixture
def token_url(tenant: Tenant) -> Iterator[str]:
    """An HTTP address that answers with a token, as JSON."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"token": "%s"}' % tenant.token("alice").encode())

        def log_message(self, *_: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/token"
        server.shutdown()
        thread.join()


def test_by_url_and_token(tenant: Tenant) -> None:
    """``--url`` and ``--token``."""
    with client("--url", tenant.url, "--token", tenant.token("alice")) as terminal:
        terminal.see("connected", "alice · 127.0.0.1", "Message #general")
        terminal.say("from afar")
        terminal.see("from afar")
        assert terminal.quit() == 0


def test_by_an_address_that_hands_out_tokens(tenant: Tenant, token_url: str) -> None:
    """``--token-url``."""
    with client("--url", tenant.url, "--token-url", token_url) as terminal:
        terminal.see("connected", "Message #general")


def test_by_a_profile(tenant: Tenant, token_url: str, tmp_path: Path) -> None:
    """``[profiles.NAME]`` in the settings file."""
    file = tmp_path / "config.toml"
    file.write_text(f'[profiles.work]\nurl = "{tenant.url}"\ntoken_url = "{token_url}"\n')
    with client("--config", str(file), "--profile", "work") as terminal:
        terminal.see("connected", "Message #general")


def test_a_refused_token_is_said_on_the_screen(tenant: Tenant) -> None:
    """Denied, with the reason; the program stays usable."""
    with client("--url", tenant.url, "--token", tenant.token("alice", lifetime=-9)) as terminal:
        terminal.see("denied", "expired")
        assert terminal.quit() == 0


def test_a_server_that_is_not_there_is_tried_again(tenant: Tenant) -> None:
    """In words, with the time to the next try."""
    with client("--url", "http://127.0.0.1:9", "--token", tenant.token("alice")) as terminal:
        terminal.see("reconnecting")
        assert terminal.quit() == 0


def test_a_data_directory_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    """Status 2, and no stack trace."""
    (tmp_path / "file").write_text("")
    with client("--data", str(tmp_path / "file" / "data")) as terminal:
        while terminal.process.poll() is None:
            terminal.pump(0.1)
        while terminal.pump(0.1):
            pass
        assert terminal.process.returncode == 2
        assert "chat-tui:" in terminal.text
        assert b"Traceback" not in terminal.raw


def test_what_is_written_while_the_server_is_away_is_sent_once_by_the_next_program(tmp_path: Path) -> None:
    """The outbox shows it; quitting keeps it; a start in the dark shows what was known; the next one sends, once."""
    service = ServiceProcess(tmp_path / "data")
    tenant = Tenant(service.start())
    arguments = ("--url", tenant.url, "--token", tenant.token("alice"))
    with client(*arguments) as terminal:
        terminal.see("connected", "Message #general")
        service.kill()
        terminal.see("reconnecting")
        terminal.say("written in the dark")
        terminal.see("1 not sent", "written in the dark")
        terminal.say("/outbox")
        terminal.see("Outbox: 1 not sent yet", "#general", "d discard")
        terminal.press("escape")
        assert terminal.quit() == 0
    with client(*arguments) as terminal:
        terminal.see("reconnecting", "# general", "written in the dark", "alice (you)", "as of ", "1 not sent")
        terminal.say("and once more")
        terminal.see("2 not sent")
        assert terminal.quit() == 0
    again = service.start()
    try:
        with client("--url", again.url, *arguments[2:]) as terminal:
            terminal.see("connected", "Message #general", "written in the dark", "and once more")
            terminal.wait(lambda text: "sending" not in text and "waiting" not in text, what="nothing on its way")
            terminal.press("f9")
            terminal.see("Outbox: everything is sent")
        messages = Tenant.reading(again, f"{tenant.path}/Channels/general/Messages")["messages"]
        assert [message["body"] for message in messages] == ["written in the dark", "and once more"]
    finally:
        service.stop()
        tenant.close()


def test_by_a_token_that_is_typed(tenant: Tenant) -> None:
    """Asked for when no way is named, and never seen: not on the screen, nor in the list of processes."""
    token = tenant.token("alice")
    with client("--url", tenant.url) as terminal:
        terminal.see("Access token")
        terminal.say(token)
        terminal.see("connected", "Message #general")
        assert token.encode() not in terminal.raw
        assert token not in Path(f"/proc/{terminal.process.pid}/cmdline").read_text()
    with client("--url", tenant.url) as terminal:
        terminal.see("Access token")
        terminal.type("\x03")
        terminal.see("Aborted!")
