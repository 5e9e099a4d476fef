"""Every figure of the promise, one after the other, in full: about ten minutes.

``python -m tests.checker`` prints the counts and seeds of each, and ends with status 1 when any fell.
"""

import subprocess
import sys

PARTS = (
    ("the service is killed", "-m", "tests.checker.kills"),
    ("the client is killed", "-m", "tests.checker.client_kills"),
    ("the network is harmed", "-m", "tests.checker.network"),
    ("peers go silent", "-m", "tests.checker.dead_peers"),
    ("the power is cut", "-m", "tests.checker.power"),
    ("the disk fails", "-m", "tests.checker.io_errors"),
    ("the disk is full, or read-only", "-m", "pytest", "-q", "tests/server/store/test_store.py", "-k", "got_over"),
    ("a crowd", "-m", "tests.bench.crowd"),
    ("a warm start", "-m", "tests.bench.warm"),
)


def main() -> int:
    fallen = []
    for title, *command in PARTS:
        print(f"\n== {title}", flush=True)
        if subprocess.run([sys.executable, *command], check=False).returncode:
            fallen.append(title)
    print("\n== fallen:" if fallen else "\n== every promise held", ", ".join(fallen))
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
