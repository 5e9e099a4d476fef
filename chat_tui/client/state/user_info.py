"""The Sync map of a user: name, attributes and the two marks (contract 7.4)."""

from collections.abc import Callable
from typing import Any

from chat_tui.client.model import Reasons, User
from chat_tui.client.ports import Request
from chat_tui.client.state.parsing import (
    LONGEST_TEXT,
    ReachabilityItem,
    Snapshot,
    SyncEvent,
    UserInfoItem,
    parse_item,
    parse_name,
    update_fields,
)
from chat_tui.client.state.replica import Replica
from chat_tui.protocol.sync import EventType
from chat_tui.protocol.values import UpdateReason


class UserInfo(Replica):
    """A user's name, attributes and reachability. ``on_removed`` hears that the user is gone."""

    def __init__(
        self,
        user: User,
        on_update: Callable[[User, Reasons], None],
        clock: Callable[[], float],
        on_removed: Callable[[User], None] = lambda _: None,
    ) -> None:
        super().__init__(user.info_map)
        self.user = user
        self._on_update = on_update
        self._clock = clock
        self._on_removed = on_removed

    async def apply_snapshot(self, found: Snapshot, request: Request) -> None:
        reasons: Reasons = frozenset()
        for item in found.items or ():
            reasons |= self._set(item.key, item.data)
        self.user.is_subscribed = True
        self._report(reasons)

    def apply_event(self, event_type: EventType, event: SyncEvent) -> None:
        self._report(self._set(event.item_key, event.item_data))

    def removed(self) -> None:
        self.user.is_subscribed = False
        self._on_removed(self.user)

    def _set(self, key: str | None, data: Any) -> Reasons:
        self.user.date_refreshed = self._clock()
        if key == "friendlyName":
            return update_fields(
                self.user,
                {"friendly_name": (parse_name(parse_item(data, UserInfoItem).value), UpdateReason.FRIENDLY_NAME)},
            )
        if key == "attributes":
            attributes = (parse_item(data, UserInfoItem).value or "{}")[:LONGEST_TEXT]
            return update_fields(self.user, {"attributes": (attributes, UpdateReason.ATTRIBUTES)})
        if key == "reachability":
            marks = parse_item(data, ReachabilityItem)
            return update_fields(
                self.user,
                {
                    "is_online": (marks.online, UpdateReason.ONLINE),
                    "is_notifiable": (marks.notifiable, UpdateReason.NOTIFIABLE),
                },
            )
        return frozenset()

    def _report(self, reasons: Reasons) -> None:
        if reasons:
            self._on_update(self.user, reasons)
