"""JSON is made in one way, which outlives memory that cannot be had."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import chat_tui
from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.twilsock import Header

ROOT = Path(chat_tui.__file__).parent

STARVE = """
import resource, sys
from pathlib import Path
from chat_tui.protocol.encoding import to_json
big = [{"body": "x" * 30_000, "number": number} for number in range(300)]
for room in range(0, 24):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * 4096
    resource.setrlimit(resource.RLIMIT_AS, (used + room * 2**19, -1))
    try:
        print(len(to_json(big)))
    except MemoryError:
        print("MemoryError")
"""


@pytest.mark.parametrize(
    "value",
    [None, "", {}, "é" * 5_000, [{"a": 1.5, "b": [True]}] * 200, Header("reply", "1"), "x" * 1024, "x" * 1022],
)
def test_it_is_what_msgspec_makes(value: object) -> None:
    """Whatever its size."""
    assert to_json(value) == msgspec.json.encode(value)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the size of a process is read from /proc")
def test_memory_that_cannot_be_had_is_an_error(tmp_path: Path) -> None:
    """And the process goes on."""
    done = subprocess.run(
        [sys.executable, "-c", STARVE], capture_output=True, text=True, timeout=30, cwd=ROOT.parent, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= {"MemoryError", "9007391"}
    assert "MemoryError" in done.stdout


def test_the_service_makes_json_in_no_other_way() -> None:
    """Any other crashes when its buffer cannot grow."""
    other = re.compile(r"msgspec\.json\.(encode|Encoder)\b")
    modules = [*(ROOT / "server").rglob("*.py"), ROOT / "protocol" / "twilsock.py"]
    assert len(modules) > 50
    assert [str(module) for module in modules if other.search(module.read_text())] == []
