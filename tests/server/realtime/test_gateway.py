"""What concerns every connection of the process."""

from chat_tui.server.network.limits import Limits
from chat_tui.server.realtime.gateway import Gateway
from tests.server.conftest import Domain


async def test_so_many_come_in_within_a_second(domain: Domain) -> None:
    """The default is 200; room for one more is made every five milliseconds."""
    assert Limits().upgrades_per_second == 200
    gateway = Gateway(domain.core, Limits())
    assert [gateway.admits_upgrade(100.0) for _ in range(201)] == [True] * 200 + [False]
    assert [gateway.admits_upgrade(100.0051) for _ in range(2)] == [True, False]
    gateway.is_draining = True
    assert not gateway.admits_upgrade(200.0)
