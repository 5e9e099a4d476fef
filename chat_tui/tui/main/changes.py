"""What a batch of events means for the screen: which panes to draw anew."""

import logging
from collections.abc import Iterable

from chat_tui.client import events as e

_log = logging.getLogger(__name__)


class Changes:
    """``written``: channels whose mentions may differ; ``arrived``: messages of the open channel, in order."""

    def __init__(self, happened: Iterable[e.Event], current: str | None) -> None:
        self._current = current
        self.title = self.channels = self.log = self.roster = self.members = self.reopen = self.left = False
        self.notice = ""
        self.written: set[str] = set()
        self.arrived: list[e.MessageAdded] = []
        for event in happened:
            try:
                self._take(event)
            except Exception:  # one that makes no sense takes no other along: draw everything
                _log.exception("understanding %s failed", type(event).__name__)
                self._everything(event)

    def _take(self, event: e.Event) -> None:
        match event:
            case e.ChannelUpdated() | e.ChannelInvited() | e.ChannelJoined():
                self.channels = True
                self.written.add(event.channel.sid)
                self.log |= event.channel.sid == self._current
                self.reopen |= isinstance(event, e.ChannelJoined) and event.channel.sid == self._current
            case e.ChannelLeft(channel=channel):
                self.channels = True
                self.left |= channel.sid == self._current
            case e.UserUpdated() | e.UserSubscribed() | e.UserUnsubscribed():
                self.roster = self.log = True
            case e.ConnectionChanged() | e.ClientUpdated() | e.Resynchronise() | e.ChannelReloaded():
                self._everything(event)
            case e.PendingMessageUpdated(pending=pending):
                self.log |= pending.channel_sid == self._current
                self.title = True
            case e.OutboxNotKept(reason=reason):
                self.notice = f"what you write is not kept on disk: {reason}"
            case _:
                self._take_of_channel(event)

    def _everything(self, event: e.Event) -> None:
        self.title = self.channels = self.log = self.roster = True
        self.reopen |= isinstance(event, e.ConnectionChanged)
        self.members |= isinstance(event, e.ChannelReloaded)

    def _take_of_channel(self, event: e.Event) -> None:
        channel = getattr(event, "channel", None)
        if channel is None or channel.sid != self._current:
            return
        match event:
            case e.MessageAdded():
                self.arrived.append(event)
                self.log = True
            case e.MemberJoined() | e.MemberLeft():
                self.roster = self.members = True
            case e.MemberUpdated():
                pass  # how far others have read is not shown yet
            case _:
                self.log = True
