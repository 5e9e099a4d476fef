"""``service.json``: how to reach a service while it runs. The service writes it, local clients read it."""

import msgspec


class ServiceFile(msgspec.Struct, frozen=True):
    """Address, credentials of the account, and an API key whose secret signs access tokens."""

    url: str
    account_sid: str
    auth_token: str
    service_sid: str
    api_key_sid: str
    api_key_secret: str
    pid: int
    version: str
    protocol: int

    def __repr__(self) -> str:
        return f"{type(self).__name__}(url={self.url!r}, pid={self.pid})"
