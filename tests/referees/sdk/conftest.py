"""A service whose rate limits are out of the way: a story is told faster than people talk."""

from collections.abc import Iterator

import pytest

from chat_tui.local_service import LocalService
from tests.support.service import FAST_LINGER, serving


@pytest.fixture(scope="package")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService]:
    raised = ("--rate", "1000", "--session-rate", "1000")
    with serving(tmp_path_factory.mktemp("sdk"), "--linger", str(FAST_LINGER), *raised) as running:
        yield running
