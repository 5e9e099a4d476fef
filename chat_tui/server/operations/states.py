"""Conversations' states and timers: an open channel falls inactive, then closes for good (contract 2.3)."""

from datetime import timedelta

import msgspec
from msgspec import UNSET, UnsetType

from chat_tui.protocol.errors import BadRequest, Code, Conflict
from chat_tui.protocol.values import ChannelState
from chat_tui.server.changes import ChannelUpdated
from chat_tui.server.operations import checks
from chat_tui.server.operations.operation import Command
from chat_tui.server.store.rows import Account, Channel, Service
from chat_tui.server.store.transaction import Transaction

SHORTEST = {"Timers.Inactive": timedelta(minutes=1), "Timers.Closed": timedelta(minutes=10)}
LONGEST = timedelta(days=36500)
_MALFORMED = {"Timers.Inactive": Code.BAD_INACTIVE_TIMER, "Timers.Closed": Code.BAD_CLOSED_TIMER}
_TOO_SHORT = {"Timers.Inactive": Code.INACTIVE_TIMER_TOO_SHORT, "Timers.Closed": Code.CLOSED_TIMER_TOO_SHORT}
MOVED_AT_ONCE = 200
"""Channels moved on in one transaction."""


class StateFields(Command, kw_only=True):
    """The part of a command that gives a channel a state and timers, ISO 8601 durations."""

    state: str | UnsetType = UNSET
    inactive_timer: str | UnsetType = UNSET
    closed_timer: str | UnsetType = UNSET


def timer(parameter: str, value: str) -> int | None:
    """Milliseconds of an ISO 8601 duration; nothing, or ``PT0S``, means no timer. Raises BadRequest (50375, 50376 for
    one that is too short, 50379, 50380 for one that is none)."""
    if not value:
        return None
    try:
        duration = msgspec.convert(value, timedelta, strict=False)
    except (msgspec.ValidationError, OverflowError):
        raise BadRequest(f"{parameter}: must be an ISO 8601 duration, as PT10M", _MALFORMED[parameter]) from None
    if not duration:
        return None
    if not SHORTEST[parameter] <= duration <= LONGEST:
        least = int(SHORTEST[parameter].total_seconds() // 60)
        raise BadRequest(f"{parameter}: at least {least} min and at most 100 years", _TOO_SHORT[parameter])
    return duration // timedelta(milliseconds=1)


def ensure_open(channel: Channel) -> Channel:
    """``channel``. Raises Conflict (50377) for a closed one."""
    if channel.state is ChannelState.CLOSED:
        raise Conflict("The channel is closed for good: make a new one", Code.CHANNEL_CLOSED)
    return channel


def initialise(tx: Transaction, service: Service, channel: Channel, wanted: StateFields) -> Channel:
    """A new channel with its state and timers, or the account's default timers. Raises BadRequest (50384) for one
    that is to be born closed."""
    state = ChannelState.ACTIVE if wanted.state is UNSET else _state(wanted.state)
    if state is ChannelState.CLOSED:
        raise BadRequest("State: a new channel can't be closed", Code.CLOSED_AT_BIRTH)
    account = tx.one(Account, "account_by_sid", sid=service.account_sid)
    inactive_timer, closed_timer = (
        (None, None) if account is None else (account.default_inactive_timer, account.default_closed_timer)
    )
    return _set(
        tx,
        channel,
        state,
        timer("Timers.Inactive", (inactive_timer or "") if wanted.inactive_timer is UNSET else wanted.inactive_timer),
        timer("Timers.Closed", (closed_timer or "") if wanted.closed_timer is UNSET else wanted.closed_timer),
    )


def apply(tx: Transaction, channel: Channel, wanted: StateFields) -> Channel:
    """The channel with whatever ``wanted`` says of its state and timers; both timers start anew then."""
    if wanted.state is UNSET and wanted.inactive_timer is UNSET and wanted.closed_timer is UNSET:
        return channel
    return _set(
        tx,
        channel,
        channel.state if wanted.state is UNSET else _state(wanted.state),
        channel.inactive_timer if wanted.inactive_timer is UNSET else timer("Timers.Inactive", wanted.inactive_timer),
        channel.closed_timer if wanted.closed_timer is UNSET else timer("Timers.Closed", wanted.closed_timer),
    )


def touch(tx: Transaction, channel: Channel) -> None:
    """A message came: the channel is active again, and its timers start anew."""
    if channel.state is not ChannelState.ACTIVE or channel.date_inactive or channel.date_closed:
        _set(tx, channel, ChannelState.ACTIVE, channel.inactive_timer, channel.closed_timer)


def sweep(tx: Transaction) -> None:
    """Move on the channels whose timers ran out."""
    for channel in tx.all(Channel, "channels_due", now=tx.now, limit=MOVED_AT_ONCE):
        is_over = channel.date_closed is not None and channel.date_closed <= tx.now
        after = msgspec.structs.replace(
            channel,
            state=ChannelState.CLOSED if is_over else ChannelState.INACTIVE,
            date_state=tx.now,
            date_inactive=None,
            date_closed=None if is_over else channel.date_closed,
        )
        _store(tx, after)
        tx.record(ChannelUpdated(after))


def bound_timers(tx: Transaction) -> None:
    """After a start, whose clock may stand earlier than the last one's did: no timer has more left than it began
    with."""
    tx.run("bound_channel_timers", now=tx.now)


def move_timers(tx: Transaction, milliseconds: int) -> None:
    """The clock was set: what has yet to run out is as far away as before."""
    tx.run("move_channel_timers", by=milliseconds)


def _state(value: str) -> ChannelState:
    return checks.choice("State", value, ChannelState, Code.BAD_STATE)


def _set(
    tx: Transaction, channel: Channel, state: ChannelState, inactive_timer: int | None, closed_timer: int | None
) -> Channel:
    runs_down = state in (ChannelState.ACTIVE, ChannelState.INITIALIZING) and inactive_timer is not None
    after = msgspec.structs.replace(
        channel,
        state=state,
        date_state=channel.date_state if state is channel.state else tx.now,
        inactive_timer=inactive_timer,
        closed_timer=closed_timer,
        date_inactive=tx.now + inactive_timer if inactive_timer is not None and runs_down else None,
        date_closed=None if closed_timer is None or state is ChannelState.CLOSED else tx.now + closed_timer,
    )
    if after != channel:
        _store(tx, after)
    return after


def _store(tx: Transaction, channel: Channel) -> None:
    fields = ("sid", "state", "date_state", "inactive_timer", "closed_timer", "date_inactive", "date_closed")
    tx.run("set_channel_state", **{field: getattr(channel, field) for field in fields})
