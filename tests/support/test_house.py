"""The measures, on a small house with one of everything that is counted."""

from pathlib import Path

import pytest

from tests.support.house.measures import measures
from tests.support.house.source import Checkout

FILES = {
    "chat_tui/__init__.py": "",
    "chat_tui/attic/__init__.py": "",
    "chat_tui/attic/beam.py": """
from chat_tui.cellar import pipe as p
MAX_LOAD = 10 * 1_000
class Beam:
    def hold(self): ...
    def creak(self): ...
""",
    "chat_tui/attic/rafter.py": """
from . import beam
from .beam import Beam
class Rafter(Beam):
    max_wind: int = 250
    def hold(self): ...
    def bend(self, weight: float = 10_000.0): ...
""",
    "chat_tui/cellar/__init__.py": "",
    "chat_tui/cellar/pipe.py": """
import typing
if typing.TYPE_CHECKING:
    from chat_tui.cellar.tank import Tank
_MAX_LOAD = 3
def drip():
    from chat_tui.attic import beam
""",
    "chat_tui/cellar/tank.py": """
from chat_tui.cellar.pipe import drip
from chat_tui.attic import rafter
def fill():
"""
    + "    drip()\n" * 45,
    "tests/__init__.py": "",
    "tests/attic/test_beam.py": """
import asyncio
import time
from chat_tui.attic.beam import Beam
class Fake:
    def __init__(self): self._own = 1
async def test_it(monkeypatch):
    Fake()._own
    beam = Beam()
    beam._fibres._knots
    beam._replace()
    monkeypatch.setattr(beam, "_age", 3)
    await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    while beam:
        time.sleep(0.1)
""",
    "tests/checker/run.py": "import time\ntime.sleep(3)\n",
}


@pytest.fixture
def found(tmp_path: Path) -> dict[str, list[str]]:
    """Measure → its number, and its findings as printed."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return {
        measure.name: [str(measure.number), *map(str, measure.findings)] for measure in measures(Checkout(tmp_path))
    }


def test_sizes(found: dict[str, list[str]]) -> None:
    """A function counts from its `def` to its last line; a class by the methods it defines."""
    assert found["chat_tui: functions, lines, over 40"] == ["1", "46  chat_tui/cellar/tank.py:4  fill"]
    assert found["chat_tui: files, lines, most"][:2] == ["49", "49  chat_tui/cellar/tank.py"]
    assert found["chat_tui: classes, own methods, most"][0] == "2"


def test_inheritance(found: dict[str, list[str]]) -> None:
    """An object carries what its class and those above it define, each name once."""
    assert found["methods by inheritance, most"] == ["3", "3  chat_tui/attic/rafter.py:4  Rafter (Beam)"]


def test_circles(found: dict[str, list[str]]) -> None:
    """Those through functions and through types count as the others do."""
    assert found["circles between files"] == [
        "1",
        "chat_tui.attic.beam ⇄ chat_tui.attic.rafter ⇄ chat_tui.cellar.pipe ⇄ chat_tui.cellar.tank",
    ]
    assert found["circles between packages"] == ["1", "chat_tui.attic ⇄ chat_tui.cellar  in chat_tui"]
    assert found["late imports that hide a circle"] == [
        "2",
        "1  chat_tui/cellar/pipe.py:4  chat_tui.cellar.tank",
        "1  chat_tui/cellar/pipe.py:7  chat_tui.attic.beam",
    ]
    assert found["aliases of one letter"] == ["1", "chat_tui/attic/beam.py:2  pipe as p"]


def test_numbers(found: dict[str, list[str]]) -> None:
    """A sum is its value; a leading underscore makes no other name."""
    assert found["names of numbers that stand in two modules"] == [
        "1",
        "chat_tui/attic/beam.py:3 = 10_000; chat_tui/cellar/pipe.py:5 = 3  MAX_LOAD",
    ]
    assert found["numbers of three digits that stand in two modules"] == [
        "1",
        "chat_tui/attic/beam.py:3 MAX_LOAD; chat_tui/attic/rafter.py:7 weight  10_000",
    ]


def test_private_reaches(found: dict[str, list[str]]) -> None:
    """A chain counts once; what the file gives its own classes and what a named tuple offers do not count."""
    assert found["private reaches from tests"] == [
        "2",
        "tests/attic/test_beam.py:10  beam._fibres._knots",
        "tests/attic/test_beam.py:12  monkeypatch.setattr(beam, '_age', 3)",
    ]


def test_sleeps(found: dict[str, list[str]]) -> None:
    """Giving way is no sleep."""
    assert found["real sleeps in tests"] == ["1", "tests/attic/test_beam.py:14  asyncio.sleep(0.1)"]
    assert found["real sleeps in loops of tests"][0] == "1"
    assert found["sleeps of benchmarks and of the checker, which run for a time by their nature"][0] == "1"


def test_what_has_no_test(found: dict[str, list[str]]) -> None:
    """Of its own place, and at all."""
    assert found["modules without a test module of their own"][0] == "3"
    assert "chat_tui/cellar/tank.py" in found["modules that no test imports"][1]
