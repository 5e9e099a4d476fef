"""The measures of the source stay within their bounds; ``python -m tests.support.house`` prints them all."""

from functools import cache
from pathlib import Path

import pytest

from tests.support.house.measures import Measure, measures
from tests.support.house.source import Checkout

BOUNDS = {
    "chat_tui: functions, lines, most": 41,
    "chat_tui: functions, lines, over 40": 1,
    "chat_tui: files, lines, most": 435,
    "chat_tui: files, lines, over 400": 1,
    "chat_tui: classes, own methods, most": 23,
    "chat_tui: classes, own methods, over 20": 6,
    "tests: functions, lines, over 40": 0,
    "tests: files, lines, over 400": 0,
    "tests: classes, own methods, over 20": 0,
    "methods by inheritance, most": 25,
    "circles between files": 0,
    "circles between packages": 0,
    "late imports that hide a circle": 0,
    "aliases of one letter": 0,
    "names of numbers that stand in two modules": 0,
    "private reaches from tests": 5,
    "real sleeps in tests": 0,
    "real sleeps in loops of tests": 0,
    "citations that lead nowhere": 0,
    "rules that nothing cites": 0,
}
"""What the source holds; a bound goes down with it."""


@cache
def found() -> dict[str, Measure]:
    return {measure.name: measure for measure in measures(Checkout(Path(__file__).parents[1]))}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_measure_is_within_its_bound(name: str) -> None:
    """What is over it is named."""
    measure = found()[name]
    assert measure.number <= BOUNDS[name], "\n".join(map(str, measure.findings))
