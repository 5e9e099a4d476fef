"""Node and what npm brings: the official Node helper and command line."""

import os
import shutil
from pathlib import Path

import pytest


def require_node(folder: str = "", wanted: str = "twilio") -> tuple[str, str]:
    """Node and the modules in ``folder``, by default those of the helper. Without them the test is skipped, or fails
    where CHAT_TUI_REQUIRE_NODE is set."""
    modules = Path(folder or os.environ.get("CHAT_TUI_NODE_MODULES", ""))
    node = os.environ.get("CHAT_TUI_NODE") or shutil.which("node")
    if node and (modules / wanted).is_dir():
        return node, str(modules)
    reason = f"needs Node and npm's {wanted} in {modules}, which .ci/run brings"
    if os.environ.get("CHAT_TUI_REQUIRE_NODE"):
        pytest.fail(reason)
    pytest.skip(reason)
