"""A client on the service in memory, at the pace of a test."""

from pathlib import Path

from chat_tui.client import ChatClient
from chat_tui.client.link.timing import Timing
from tests.support.fake_service import FakeService, token

FAST = Timing(answer_within=1.0, fetch_apart=0.0, first_try=0.001, longest_wait=0.002, stable_after=0.0)


def new_client(service: FakeService, keep: Path | None = None, timing: Timing = FAST) -> ChatClient:
    return ChatClient("ws://fake.invalid", token(), connect=service.connect, timing=timing, keep=keep)
