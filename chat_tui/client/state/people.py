"""The users a client knows, and the at most 100 of them it follows: first in, first out (contract 6.3)."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from chat_tui.client import events
from chat_tui.client.link.answers import InvalidAnswer
from chat_tui.client.link.pages import all_pages
from chat_tui.client.model import Channel, Member, User, UserDescriptor
from chat_tui.client.ports import Api, Emit
from chat_tui.client.state.parsing import parse_descriptor
from chat_tui.client.state.replicas import Replicas
from chat_tui.client.state.user_info import UserInfo
from chat_tui.client.storage.cache import Row, Rows, encode
from chat_tui.client.storage.snapshots import decode_rows
from chat_tui.protocol.defaults import FOLLOWED_USERS, MAX_PAGE
from chat_tui.protocol.values import UpdateReason

_USER = "user "


class _Users(msgspec.Struct):
    users: list[Any]


class People:
    """``limit``: how many may be followed at once, the own user not counted."""

    def __init__(self, api: Api, replicas: Replicas, emit: Emit, clock: Callable[[], float] = time.time) -> None:
        self.limit = FOLLOWED_USERS
        self._api = api
        self._replicas = replicas
        self._emit = emit
        self._clock = clock
        self.by_identity: dict[str, User] = {}
        self._followed: dict[str, UserInfo] = {}
        self._own: UserInfo | None = None
        self._following = asyncio.Lock()

    def forget_all(self) -> None:
        """The service is another one."""
        self.by_identity.clear()
        self._followed.clear()

    def known(self, identity: str) -> User | None:
        """What is known of a user without asking."""
        return self.by_identity.get(identity)

    def followed(self) -> list[User]:
        return [info.user for info in self._followed.values()]

    # ---- from one start to the next

    def to_rows(self) -> Iterator[tuple[str, Row]]:
        """Oneself, and those who are followed."""
        own = () if self._own is None else (self._own,)
        for info in (*own, *self._followed.values()):
            yield f"{_USER}{info.user.identity}", Row(info.sid, info.last_event_id, encode(info.user))

    def restore(self, rows: Rows) -> None:
        for identity, row, user in decode_rows(rows, _USER, User):
            if user.identity != identity:
                continue
            self.by_identity[identity] = user
            self._followed[identity] = self._info(user)
            self._replicas.adopt(self._followed[identity], row.sid, row.position)

    def restore_own(self, identity: str, on_update: Callable[[], None]) -> User:
        """Which of those restored one is oneself."""
        info = self._followed.pop(identity)
        self._own = UserInfo(info.user, self._own_updated(on_update), self._clock)
        self._replicas.adopt(self._own, info.sid, info.last_event_id)
        return info.user

    # ---- oneself

    async def follow_own(self, identity: str, info_map: str, on_update: Callable[[], None]) -> User:
        """Follow the own user; ``on_update`` hears of its reachability, which tells when the feature is switched."""
        user = self.by_identity.setdefault(identity, User(identity, info_map))
        user.info_map = info_map

        self._own = UserInfo(user, self._own_updated(on_update), self._clock)
        await self._replicas.open(self._own)
        return user

    def _own_updated(self, on_update: Callable[[], None]) -> Callable[[User, frozenset[UpdateReason]], None]:
        def updated(user: User, reasons: frozenset[UpdateReason]) -> None:
            self._on_update(user, reasons)
            if reasons & {UpdateReason.ONLINE, UpdateReason.NOTIFIABLE}:
                on_update()

        return updated

    # ---- others

    async def get(self, identity: str) -> User:
        """A user, followed from now on. Raises NotFound."""
        if self._own is not None and identity == self._own.user.identity:
            return self._own.user
        async with self._following:  # whoever asks meanwhile gets the same
            if identity not in self._followed:
                descriptor = await self.descriptor(identity)
                identity = descriptor.identity
                await self._follow([self._user_for(identity, descriptor.info_map)])
            return self.by_identity[identity]

    async def follow_members(self, members: Iterable[Member]) -> None:
        """Follow these members, whose roster says where their info is; one who was deleted and made anew has it
        elsewhere. Raises TransportError."""
        async with self._following:
            members = [member for member in members if member.identity and member.info_map]
            await self._unfollow([member.identity for member in members if self._is_recreated(member)])
            own = "" if self._own is None else self._own.user.identity
            wanted = {
                member.identity: member.info_map
                for member in members
                if member.identity != own and member.identity not in self._followed
            }
            await self._follow([self._user_for(*one) for one in list(wanted.items())[: self.limit]])

    def _is_recreated(self, member: Member) -> bool:
        info = self._followed.get(member.identity)
        return info is not None and bool(member.info_map) and info.name != member.info_map

    async def _follow(self, users: list[User]) -> None:
        infos = [self._info(user) for user in users]
        for info in infos:
            self._followed[info.user.identity] = info
        excess = list(self._followed)[: max(0, len(self._followed) - self.limit)]
        await self._unfollow(excess)
        found: list[UserInfo] = []
        try:
            opened = await self._replicas.open(*infos, skip_refused=True)
            found = [info for info in infos if info in opened]
        finally:
            self._report_followed(infos, found)

    def _report_followed(self, infos: list[UserInfo], found: list[UserInfo]) -> None:
        for info in infos:
            if info in found:
                self._emit(events.UserSubscribed(info.user))
            else:
                self._followed.pop(info.user.identity, None)

    async def unsubscribe(self, identity: str) -> None:
        async with self._following:
            await self._unfollow([identity])

    async def _unfollow(self, identities: Iterable[str]) -> None:
        infos = [info for identity in identities if (info := self._followed.pop(identity, None)) is not None]
        if infos:
            await self._replicas.close(*infos)
        for info in infos:
            info.user.is_subscribed = False
            self._emit(events.UserUnsubscribed(info.user))

    def _user_for(self, identity: str, info_map: str) -> User:
        user = self.by_identity.setdefault(identity, User(identity, info_map))
        user.info_map = info_map
        return user

    def _info(self, user: User) -> UserInfo:
        return UserInfo(user, self._on_update, self._clock, self._on_removed)

    def _on_removed(self, user: User) -> None:
        """Whoever asks for them again asks the service."""
        self._followed.pop(user.identity, None)
        self._emit(events.UserDeleted(user))

    def _on_update(self, user: User, reasons: frozenset[UpdateReason]) -> None:
        self._emit(events.UserUpdated(user, reasons))

    # ---- snapshots

    async def descriptor(self, identity: str) -> UserDescriptor:
        """A snapshot of a user (contract R21). Raises NotFound."""
        return parse_descriptor(await self._api("GET", "users", quote(identity, safe="")))

    async def descriptors(self, channel: Channel) -> list[UserDescriptor]:
        """Snapshots of everybody in a channel. What is known of users who are not followed is brought up to date."""
        pages = await all_pages(
            lambda params: self._api("GET", "users", params=params),
            {"ConversationSid": channel.sid, "PageSize": MAX_PAGE},
            _Users,
        )
        found = []
        for data in (data for page in pages for data in page.users):
            with contextlib.suppress(InvalidAnswer):  # a user without an identity is nobody
                found.append(parse_descriptor(data))
        for descriptor in found:
            self._refresh(descriptor)
        return found

    def _refresh(self, descriptor: UserDescriptor) -> None:
        user = self._user_for(descriptor.identity, descriptor.info_map)
        if user.is_subscribed:
            return
        user.friendly_name, user.attributes = descriptor.friendly_name, descriptor.attributes
        user.is_online, user.is_notifiable = descriptor.is_online, descriptor.is_notifiable
        user.date_refreshed = self._clock()
