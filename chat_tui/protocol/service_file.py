"""``service.json``: how to reach a service while it runs. The service writes it, local clients read it."""

import msgspec

SERVICE_FILE = "service.json"
LOCK = "service.lock"
"""Held by a service for life; it says which ``instance`` holds it."""

LOG = "service.log"

MAX_FILE = 64 * 1024
"""Bytes."""


class ServiceFile(msgspec.Struct, frozen=True):
    """Address, credentials of the account, and an API key whose secret signs access tokens. ``instance`` and
    ``proof_key`` are of this run only: by them the service proves that it is the one (`protocol.proof`)."""

    url: str
    account_sid: str
    auth_token: str
    service_sid: str
    api_key_sid: str
    api_key_secret: str
    pid: int
    version: str
    protocol: int
    instance: str = ""
    proof_key: str = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(url={self.url!r}, pid={self.pid})"
