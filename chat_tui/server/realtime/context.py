"""What every link needs of the process it lives in."""

from typing import NamedTuple

from chat_tui.server.clocks import Clock
from chat_tui.server.network.limits import Limits
from chat_tui.server.network.share import Shares
from chat_tui.server.operations.dispatch import Dispatcher
from chat_tui.server.reachability.leases import Leases
from chat_tui.server.realtime.login import Logins
from chat_tui.server.realtime.requests import Handler
from chat_tui.server.realtime.subscriptions import Subscriptions
from chat_tui.server.routes import Router
from chat_tui.server.store.store import Store


class LinkContext(NamedTuple):
    """One for all links."""

    limits: Limits
    clock: Clock
    shares: Shares
    logins: Logins
    leases: Leases
    subscriptions: Subscriptions
    router: Router[Handler]
    dispatcher: Dispatcher
    store: Store
