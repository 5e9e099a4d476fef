"""What is handed on: the licence, the types, the documents, bounds for what parses strangers' bytes, and pins
with hashes."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import chat_tui

ROOT = Path(chat_tui.__file__).parents[1]
DOCUMENTS = {str(path.relative_to(ROOT)) for path in (ROOT / "chat_tui" / "protocol").glob("*.md")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; [^\\\n]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}.*\n?)+", re.MULTILINE
)


def requirements() -> dict[str, str]:
    """Of the program, its tests and its gate: name and bounds."""
    extras = PROJECT["optional-dependencies"]
    found = [*PROJECT["dependencies"], *extras["test"], *extras["dev"]]
    parts = [re.fullmatch(r"([\w.-]+)(?:\[\w+\])?(.*)", one) for one in found]
    return {part[1]: part[2] for part in parts if part is not None and part[1] != PROJECT["name"]}


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def test_licence_and_types_are_in_the_package() -> None:
    assert PROJECT["license-files"] == ["chat_tui/LICENSE"]
    assert (ROOT / "chat_tui" / "LICENSE").read_text().startswith("MIT License")
    assert (ROOT / "chat_tui" / "py.typed").exists()


def test_every_dependency_has_both_bounds() -> None:
    """Those that parse what strangers send at least what is known to be sound."""
    assert [
        name for name, bounds in requirements().items() if not re.fullmatch(r">=[\d.]+,<[\d.]+|==[\d.]+", bounds)
    ] == []
    least = {"h11": (0, 16), "anyio": (4, 5), "httpcore": (1, 0, 9), "websockets": (15,)}
    found = {name: version(requirements()[name].partition(",")[0]) for name in least}
    assert all(found[name] >= bound for name, bound in least.items()), found


def test_the_gate_installs_pins_with_hashes() -> None:
    """One for each dependency, within its bounds, and no line that names a place to fetch from."""
    text = (ROOT / ".ci" / "constraints.txt").read_text()
    pins = {pin["name"].lower(): pin["version"] for pin in PIN.finditer(text)}
    left = [line for line in PIN.sub("", text).splitlines() if line and not line.startswith("#")]
    assert (left, "://" in text) == ([], False)
    for name, bounds in requirements().items():
        low, _, high = bounds.partition(",<")
        assert version(pins[name.lower()]) >= version(low), name
        assert not high or version(pins[name.lower()]) < version(high), name
    assert {"hatchling", "editables"} <= set(pins)


@pytest.mark.slow
def test_what_is_built_holds_them(tmp_path: Path) -> None:
    """Wheel and source, from which a wheel is built again."""
    pytest.importorskip("hatchling", reason=".ci/run installs it")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel], [source] = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    in_wheel = zipfile.ZipFile(wheel).namelist()
    assert {"chat_tui/LICENSE", "chat_tui/py.typed", "chat_tui/tui/main/screen.tcss", *DOCUMENTS} <= set(in_wheel)
    assert [name for name in in_wheel if ".dist-info/licenses/" in name and name.endswith("LICENSE")]
    with tarfile.open(source) as archive:
        in_source = {name.partition("/")[2] for name in archive.getnames()}
    assert {"chat_tui/LICENSE", "chat_tui/py.typed", "README.md", "pyproject.toml", *DOCUMENTS} <= in_source
