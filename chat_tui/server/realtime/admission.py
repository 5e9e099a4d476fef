"""Lets one connection in, keeps it in by its renewals, and settles what it leaves behind."""

import logging
import time
from collections.abc import Callable

from chat_tui.protocol.errors import TooManyRequests
from chat_tui.protocol.twilsock import OK, Header
from chat_tui.server.network.bucket import Bucket
from chat_tui.server.realtime.context import LinkContext
from chat_tui.server.realtime.outgoing import Outgoing
from chat_tui.server.realtime.refusals import as_chat_error, refusal_status
from chat_tui.server.realtime.session import Authenticate, Phase, Renew, Session

_log = logging.getLogger(__name__)


class Admission:
    """``is_open``: the connection's user is known. ``watch_time`` is called when the session lasts for longer."""

    def __init__(
        self, context: LinkContext, session: Session, outgoing: Outgoing, watch_time: Callable[[], None]
    ) -> None:
        limits = context.limits
        self.is_open = False
        self._context = context
        self._session = session
        self._outgoing = outgoing
        self._watch_time = watch_time
        self._renewals = Bucket(limits.renewal_rate, limits.renewal_burst, time.monotonic())
        self._is_renewing = False

    # ---- login

    async def enter(self, action: Authenticate) -> None:
        """Answer an ``init``: whoever waits for an answer gets one, whatever fails."""
        context, outgoing = self._context, self._outgoing
        try:
            bearer = await context.logins.enter(action.token)
            outgoing.actor = bearer.actor
            if self._is_over:
                return
            share = context.shares.enter(bearer.actor.user_sid)
            if share is None:
                raise TooManyRequests(f"At most {context.limits.connections_per_user} connections of one user")
            outgoing.share = share
            self.is_open = True  # what is begun here is ended by `leave`, even if the next line fails
            await context.leases.connected(outgoing.connection_id, bearer.actor.user_sid)
        except Exception as error:
            await self._refuse(action, error)
            return
        if self._is_over:
            return
        context.subscriptions.admit(outgoing)
        outgoing.socket.recognised()
        self._session.authenticated(bearer.expires, context.clock())
        self._watch_time()
        _log.info("connected", extra={"connection": outgoing.connection_id, "user": bearer.actor.user_sid})
        await outgoing.reply(
            Header(
                "reply",
                action.request_id,
                status=OK,
                continuation_token=outgoing.connection_id,
                capabilities=["client_update"],
                offline_storage={},
                init_registrations=[],
            )
        )

    @property
    def _is_over(self) -> bool:
        return self._outgoing.is_lost or self._session.phase is Phase.ENDED

    async def _refuse(self, action: Authenticate, error: Exception) -> None:
        """Say why, and hang up."""
        outgoing = self._outgoing
        status = refusal_status(as_chat_error(error, outgoing.connection_id))
        await outgoing.reply(Header("reply", action.request_id, status=status))
        self._session.end()
        outgoing.socket.hang_up()

    # ---- renewal

    def may_renew(self) -> bool:
        """Whether a renewal may begin, which the caller then does with `renew`: one at a time, and now and then, for
        each costs everybody a signature to check."""
        if self._is_renewing or not self._renewals.take(time.monotonic()):
            return False
        self._is_renewing = True
        return True

    async def renew(self, action: Renew) -> None:
        """Another token for the same identity and service keeps the session (guarantees, Liveness 8)."""
        context, outgoing = self._context, self._outgoing
        try:
            bearer = await context.logins.renew(action.token, outgoing.actor)
            outgoing.actor = bearer.actor
            self._session.authenticated(bearer.expires, context.clock())
            self._watch_time()
            status = OK
        except Exception as error:
            status = refusal_status(as_chat_error(error, outgoing.connection_id))
        finally:
            self._is_renewing = False  # who hears the answer may send the next
        await outgoing.reply(Header("reply", action.request_id, status=status))

    # ---- end

    async def leave(self, *, clean: bool, offloaded: bool) -> None:
        """The connection is gone, after `enter` came to its end."""
        if not self.is_open:
            return
        context, connection_id, user_sid = self._context, self._outgoing.connection_id, self._outgoing.actor.user_sid
        context.subscriptions.dismiss(self._outgoing)
        context.shares.leave(user_sid)
        _log.info("disconnected", extra={"connection": connection_id, "clean": clean})
        await context.leases.disconnected(connection_id, user_sid, clean=clean, offloaded=offloaded)
