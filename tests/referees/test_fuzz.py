"""Twenty thousand requests made up by schemathesis from the published documents' facts."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_nothing_that_can_be_sent_breaks_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    """No server error; what succeeds conforms; what is refused has the error body (contract 1.1)."""
    from tests.referees import fuzz  # schemathesis, which only the gate installs

    summary = fuzz.run(20_000)
    with capsys.disabled():
        print(f"\n{summary}")
    assert summary.requests >= 20_000
    assert summary.faults == []
    for document, answers in summary.answers.items():
        assert min(answers[200], answers[201], answers[400], answers[404]) > 100, (document, answers)
