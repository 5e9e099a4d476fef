"""Where access tokens come from: asked sparingly, whatever it answers, and before a token runs out (guarantees, Client
5)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from chat_tui.client.link.backoff import Backoff
from chat_tui.client.link.timing import Timing
from chat_tui.protocol.defaults import MAX_TOKEN_LIFETIME
from chat_tui.protocol.errors import ChatError, TransportError, Unauthenticated
from chat_tui.protocol.tokens import token_expiry
from chat_tui.tasks import is_asked_to_end

LONGEST_TOKEN = 64 * 1024
"""Characters; what is longer is no token."""

TokenSource = Callable[[], Awaitable[str]]
Sleep = Callable[[float], Awaitable[object]]

_log = logging.getLogger(__name__)


async def fetch_token(url: str) -> str:
    """The access token an HTTP address answers with: as text, or as JSON with ``token``. Raises TransportError."""
    import httpx  # only this way of connecting needs it

    try:
        async with httpx.AsyncClient(timeout=10) as http:
            answer = await http.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise TransportError("the token address does not answer") from None
    if not answer.is_success:
        raise TransportError(f"the token address answered {answer.status_code}")
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return answer.text.strip()
    return str(found.get("token", "")) if isinstance(found, dict) else str(found)


class TokenManager:
    """The token in use, and its successors from ``source``: one fetch at a time, each some seconds after the one
    before, however short tokens live and whatever comes of it. ``clock`` tells the date, ``steady`` measures."""

    def __init__(
        self,
        source: TokenSource,
        timing: Timing,
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        backoff: Callable[[Timing], Backoff] = Backoff,
    ) -> None:
        self._source = source
        self._timing = timing
        self._clock = clock
        self._steady = steady
        self._sleep = sleep
        self._backoff = backoff
        self._fetching = asyncio.Lock()
        self._fetched_at: float | None = None
        self._not_before = 0.0
        self._lifetime: float | None = None
        self.token: str | None = None
        self.is_new = True
        """Whether the token of this link was fetched for it: then there is no better one to be had."""

    # ---- for a new link

    async def for_link(self) -> str:
        """The token if it will live, else another one. Raises ChatError."""
        if self.token is not None and not self._will_live(self.token):
            self.token = None
        self.is_new = self.token is None
        if self.token is None:
            self.adopt(await self._fetch())
        assert self.token is not None
        return self.token

    def _will_live(self, token: str) -> bool:
        """Longer than the time before its end at which it should be renewed, or half of what it had to live."""
        left = self._left(token)
        wanted = self._timing.renew_before
        return left is None or left > (wanted if self._lifetime is None else min(wanted, self._lifetime / 2))

    def _left(self, token: str) -> float | None:
        expiry = token_expiry(token)
        return None if expiry is None else expiry - self._clock()

    def adopt(self, token: str) -> None:
        """It is the one in use from now on."""
        self.token, self._lifetime = token, self._left(token)

    def refused(self) -> None:
        """The service does not take it, or not any more."""
        self.token = None

    # ---- for a link that is up

    async def renew(self, hand_over: Callable[[str], Awaitable[None]]) -> None:
        """Get a token that lives longer and ``hand_over`` it; again and again, with growing pauses, until there is one.
        A renewed token is not renewed before half of it is over, however soon the service warns. For as long as the
        link is up; cancelled with it."""
        await self._sleep_until(self._not_before)
        backoff = self._backoff(self._timing)
        while True:
            try:
                token = await self._fetch()
                if self._is_better(token):
                    await hand_over(token)
                    self.adopt(token)
                    self._not_before = self._steady() + min(max(self._lifetime or 0.0, 0.0), MAX_TOKEN_LIFETIME) / 2
                    return
                _log.warning("the token source has nothing newer")
            except TransportError as error:
                _log.warning("no new token: %s", error.message)
            except ChatError as error:
                _log.warning("a new token was refused: %s", error.message)
            await self._sleep(backoff.next_delay())

    def _is_better(self, token: str) -> bool:
        if token == self.token:
            return False
        new, old = token_expiry(token), None if self.token is None else token_expiry(self.token)
        return new is None or (new > self._clock() and (old is None or new > old))

    # ---- fetching

    async def _sleep_until(self, when: float) -> None:
        delay = when - self._steady()
        if delay > 0:
            await self._sleep(delay)

    async def _fetch(self) -> str:
        """Raises TransportError when there is none, Unauthenticated when it is somebody else's."""
        async with self._fetching:
            if self._fetched_at is not None:
                await self._sleep_until(self._fetched_at + self._timing.fetch_apart)
            self._fetched_at = self._steady()
            try:
                async with asyncio.timeout(self._timing.answer_within):
                    token = await self._source()
            except TimeoutError:
                raise TransportError("where tokens come from does not answer") from None
            except ChatError:
                raise
            except (Exception, asyncio.CancelledError) as error:
                if isinstance(error, asyncio.CancelledError) and is_asked_to_end():
                    raise
                _log.exception("the token source failed")
                raise TransportError(f"where tokens come from failed ({type(error).__name__})") from None
            return check_token(token)


def check_token(token: object) -> str:
    """Raises Unauthenticated for what cannot be a token."""
    if not isinstance(token, str) or not token.strip() or len(token) > LONGEST_TOKEN or not token.isascii():
        raise Unauthenticated("where tokens come from gave something that is no access token")
    return token
