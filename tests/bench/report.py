"""What every benchmark says first, and how it counts."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]


def file_system(path: Path) -> str:
    """The kind of file system under ``path``."""
    best = ("", "?")
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, kind, *_ = line.split()
        if str(path).startswith(mount) and len(mount) > len(best[0]):
            best = (mount, kind)
    return best[1]


def header(title: str, data: Path, limits: str) -> None:
    """Name commit, CPUs, file system, ``synchronous`` and limits. Raises SystemExit on tmpfs."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    ).stdout.strip()
    kind = file_system(data.resolve())
    if kind == "tmpfs":
        raise SystemExit(f"{data} is on tmpfs: a durable send costs nothing there; set CHAT_TUI_BENCH elsewhere")
    cpus = len(os.sched_getaffinity(0))
    as_installed()
    print(f"# {title}\n# commit {commit}, {cpus} CPUs, {kind}, synchronous=FULL, {limits}")


@contextlib.contextmanager
def bench_directory() -> Iterator[Path]:
    """A directory on a real disk, gone afterwards."""
    parent = Path(os.environ.get("CHAT_TUI_BENCH", ROOT / ".bench"))
    parent.mkdir(exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def as_installed() -> None:
    """Let Python keep compiled modules, as an installed program has them, whatever this machine says."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def row(what: str, value: str, ratio: str = "") -> None:
    print(f"{what:<58} {value:>22}  {ratio}", flush=True)


_EXCEEDED: list[str] = []


def reach(what: str, value: float, limit: float, unit: str, note: str = "") -> None:
    """A row whose ``value`` is promised to be ``limit`` at most."""
    row(what, f"{value:.3g} {unit} (≤ {limit:g})", note)
    if value > limit:
        _EXCEEDED.append(what)


def finish() -> NoReturn:
    """End with status 1, and say which, when a promised figure was exceeded."""
    sys.exit(f"over its bound: {', '.join(_EXCEEDED)}" if _EXCEEDED else 0)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Memory of a process, without what it shares."""
    found = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean", "Private_Dirty")):
            found += int(line.split()[1]) * 1024
    return found
