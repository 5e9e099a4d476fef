"""The official JavaScript SDKs, unmodified, each in a Node process that is driven line by line (sdk.cjs)."""

import os
import shutil
from pathlib import Path

import pytest

from tests.referees.official_js import JsClient, Realm

VERSIONS = (
    "conversations-3.0.1",
    "conversations-2.7.0",
    "conversations-2.2.2",
    "conversations-2.0.0",
    "chat-6.0.0",
    "chat-5.0.2",
)


def require_sdk(version: str) -> tuple[str, str]:
    """Node and the modules of one SDK version. Without them the test is skipped, or fails where they are required."""
    folder = Path(os.environ.get("CHAT_TUI_SDKS", "")) / version / "node_modules"
    node = os.environ.get("CHAT_TUI_NODE") or shutil.which("node")
    if node and os.environ.get("CHAT_TUI_SDKS") and folder.is_dir():
        return node, str(folder)
    reason = f"needs Node and the SDK {version}, which .ci/run brings; set CHAT_TUI_SDKS"
    if os.environ.get("CHAT_TUI_REQUIRE_NODE"):
        pytest.fail(reason)
    pytest.skip(reason)


class SdkClient(JsClient):
    """A client of one SDK version."""

    def __init__(self, version: str, realm: Realm, identity: str, token: str | None = None) -> None:
        super().__init__(realm, identity, token)
        self._node, self._modules = require_sdk(version)
        self._command = [str(Path(__file__).with_name("sdk.cjs")), version.partition("-")[0]]
