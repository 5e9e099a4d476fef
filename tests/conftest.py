"""Fixtures every test may ask for."""

from collections.abc import Iterator

import pytest

from chat_tui.local_service import LocalService
from tests.support.counts import summary
from tests.support.service import FAST_LINGER, Tenant, serving


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService]:
    """One service process for all tests that do not break it."""
    with serving(tmp_path_factory.mktemp("service"), "--linger", str(FAST_LINGER)) as running:
        yield running


@pytest.fixture
def tenant(process: LocalService) -> Iterator[Tenant]:
    """A Service of the test's own."""
    made = Tenant(process)
    yield made
    made.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much was tried."""
    for line in summary():
        terminalreporter.write_line(line)
