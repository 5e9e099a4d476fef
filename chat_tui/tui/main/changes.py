"""What a batch of events means for the screen: which panes to draw anew."""

import logging
from collections.abc import Iterable

from chat_tui.client import events

_log = logging.getLogger(__name__)


class Changes:
    """``written``: channels whose mentions may differ; ``arrived``: messages of the open channel, in order."""

    def __init__(self, happened: Iterable[events.Event], current: str | None) -> None:
        self._current = current
        self.title = self.channels = self.log = self.roster = self.members = self.reopen = self.left = False
        self.notice = ""
        self.written: set[str] = set()
        self.arrived: list[events.MessageAdded] = []
        for event in happened:
            try:
                self._take(event)
            except Exception:  # one that makes no sense takes no other along: draw everything
                _log.exception("understanding %s failed", type(event).__name__)
                self._everything(event)

    def _take(self, event: events.Event) -> None:
        match event:
            case events.ChannelUpdated() | events.ChannelInvited() | events.ChannelJoined():
                self.channels = True
                self.written.add(event.channel.sid)
                self.log |= event.channel.sid == self._current
                self.reopen |= isinstance(event, events.ChannelJoined) and event.channel.sid == self._current
            case events.ChannelLeft(channel=channel):
                self.channels = True
                self.left |= channel.sid == self._current
            case events.UserUpdated() | events.UserSubscribed() | events.UserUnsubscribed() | events.UserDeleted():
                self.roster = self.log = True
            case (
                events.ConnectionChanged() | events.ClientUpdated() | events.Resynchronise() | events.ChannelReloaded()
            ):
                self._everything(event)
            case events.PendingMessageUpdated(pending=pending):
                self.log |= pending.channel_sid == self._current
                self.title = True
            case events.OutboxNotKept(reason=reason):
                self.notice = f"what you write is not kept on disk: {reason}"
            case _:
                self._take_of_channel(event)

    def _everything(self, event: events.Event) -> None:
        self.title = self.channels = self.log = self.roster = True
        self.reopen |= isinstance(event, events.ConnectionChanged)
        self.members |= isinstance(event, events.ChannelReloaded)

    def _take_of_channel(self, event: events.Event) -> None:
        channel = getattr(event, "channel", None)
        if channel is None or channel.sid != self._current:
            return
        match event:
            case events.MessageAdded():
                self.arrived.append(event)
                self.log = True
            case events.MemberJoined() | events.MemberLeft():
                self.roster = self.members = True
            case events.MemberUpdated():
                pass  # how far others have read is not shown yet
            case _:
                self.log = True
