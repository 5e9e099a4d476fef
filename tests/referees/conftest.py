"""At the end of a run, how much of the documented API was seen to be served."""

import pytest

from tests.referees import test_openapi


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for document, covered in sorted(test_openapi.COVERED.items()):
        numbers = ", ".join(f"{number} {what}" for what, number in sorted(covered.items()))
        terminalreporter.write_line(f"{document}: {numbers}")
