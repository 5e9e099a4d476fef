"""What is seen of a user's reachability, and changes made beneath every face."""

from collections.abc import Callable
from typing import Any

from chat_tui.server.operations.users import FetchUser
from chat_tui.server.reachability import rules
from tests.server.conftest import Domain


async def marks(domain: Domain, identity: str) -> tuple[bool | None, bool | None]:
    view = await domain.run(FetchUser(domain.service_sid, identity))
    found = rules.visible_reachability(view.service, view.user)
    return found.online, found.notifiable


async def apply(domain: Domain, change: Callable[..., object], *arguments: Any) -> None:
    await domain.core.store.write(lambda tx: change(tx, *arguments))
