"""Typing indicators, both ways: one's own, sent sparingly, and those of others, which end by themselves."""

import asyncio
import logging
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from chat_tui.client import events
from chat_tui.client.link.answers import parse_answer
from chat_tui.client.model import Channel
from chat_tui.client.ports import Api, Emit
from chat_tui.client.state.parsing import LONGEST_NAME, TypingNotice
from chat_tui.protocol.defaults import TYPING_TIMEOUT
from chat_tui.protocol.errors import ChatError
from chat_tui.protocol.untrusted import Malformed, decode
from chat_tui.tasks import Tasks

LONGEST_TIMEOUT = 60.0
"""Seconds, whatever the service says."""

MAX_ACTIVE = 1000
"""Who may be typing at once, in all channels."""

_log = logging.getLogger(__name__)


class _TypingAnswer(msgspec.Struct):
    typing_timeout: float = TYPING_TIMEOUT


class TypingIndicators:
    """Of ``channels``."""

    def __init__(self, api: Api, channels: Mapping[str, Channel], emit: Emit) -> None:
        self._api = api
        self._channels = channels
        self._emit = emit
        self._timeout: float = TYPING_TIMEOUT
        self._silent_until: dict[str, float] = {}
        self._active: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._tasks = Tasks(expected=(ChatError,))

    def keystroke(self, channel: Channel) -> None:
        """Somebody types here: tell the service unless it was told within the time-out (contract 6.3)."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._silent_until.get(channel.sid, 0.0):
            return
        silent_until = self._silent_until[channel.sid] = loop.time() + self._timeout
        self._tasks.spawn(self._tell(channel, silent_until), "saying that one types")

    async def _tell(self, channel: Channel, silent_until: float) -> None:
        form = urlencode({"ChannelSid": channel.sid}).encode()
        try:
            told: _TypingAnswer = parse_answer(await self._api("POST", "typing", form=form), _TypingAnswer)
            self._timeout = max(1.0, min(told.typing_timeout, LONGEST_TIMEOUT))
        except ChatError:
            if self._silent_until.get(channel.sid) == silent_until:  # else it was told anew meanwhile
                del self._silent_until[channel.sid]

    def sent(self, channel_sid: str) -> None:
        """A message went out: the next keystroke is news again."""
        self._silent_until.pop(channel_sid, None)

    def on_notice(self, payload: bytes) -> None:
        """The service says that somebody else types."""
        try:
            notice: TypingNotice = decode(payload, TypingNotice)
        except Malformed as error:
            _log.warning("a notice of somebody typing was left out: %s", error)
            return
        channel = self._channels.get(notice.channel_sid)
        if channel is not None and len(self._active) < MAX_ACTIVE:
            timeout = max(0.0, min(notice.typing_timeout, LONGEST_TIMEOUT))
            self._start(channel, notice.identity[:LONGEST_NAME], timeout)

    def _start(self, channel: Channel, identity: str, timeout: float) -> None:
        """For ``timeout`` seconds, unless it is said again."""
        key = (channel.sid, identity)
        known = self._active.pop(key, None)
        if known is not None:
            known.cancel()
        self._active[key] = asyncio.get_running_loop().call_later(timeout, self.ended, channel, identity)
        if known is None:
            self._emit(events.TypingStarted(channel, identity))

    def ended(self, channel: Channel, identity: str) -> None:
        """Time ran out, or a message came."""
        timer = self._active.pop((channel.sid, identity), None)
        if timer is not None:
            timer.cancel()
            self._emit(events.TypingEnded(channel, identity))

    def active(self, channel: Channel) -> list[str]:
        """Who is typing there."""
        return [identity for sid, identity in self._active if sid == channel.sid]

    async def close(self) -> None:
        for timer in self._active.values():
            timer.cancel()
        self._active.clear()
        await self._tasks.close()
