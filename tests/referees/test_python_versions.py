"""The official Python helper in four generations: 6.63.2, 7.7.1 and 8.13.0, which send ``True``, and today's."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.service import Tenant

pytestmark = pytest.mark.slow

OLDER = ("8.13.0", "7.7.1", "6.63.2")
PROGRAM = Path(__file__).with_name("helper_program.py")


def transcript(tenant: Tenant, library: Path | None) -> dict[str, Any]:
    """What the program says with the library in ``library``, or with the installed one."""
    process = tenant.process
    arguments = [process.url, process.account_sid, process.auth_token, tenant.service_sid]
    found = {} if library is None else {"PYTHONPATH": str(library)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **found},
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


def install(version: str, folder: Path) -> Path:
    """The library and what it needs, apart from everything else."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--target", str(folder), f"twilio=={version}"], check=True, timeout=240)
    return folder


@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", OLDER)
def test_an_older_library_sees_what_todays_sees(version: str, tenant: Tenant, tmp_path: Path) -> None:
    """The same program, the same transcript."""
    todays = transcript(tenant, None)
    other = Tenant(tenant.process, "older")
    olders = transcript(other, install(version, tmp_path / version))
    other.close()
    assert olders == todays
    assert olders["service"] == [True, True, True]
    assert (olders["off"], olders["on in v1"], olders["configuration"]) == (False, True, True)
    assert olders["pages"] == ["ann", "ben", "cid"]
    assert (olders["refusal"], olders["too late"]) == ([409, 50404], [409, 50377])
