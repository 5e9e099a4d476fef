"""The official Python helper library, unmodified, pointed at a local service through its HTTP client hook."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.support.service import Tenant


class LocalHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends what is meant for ``PRODUCT.twilio.com`` to ``base``: with that name in the Host header, or with the
    product as a prefix of the path. URLs the service minted are left alone."""

    def __init__(self, base: str, *, by_host: bool) -> None:
        super().__init__(timeout=10)
        self._base = urlsplit(base)
        self._by_host = by_host

    def request(self, method: str, url: str, **rest: Any) -> Any:
        """Same arguments and answer as the library's own."""
        parts = urlsplit(url)
        headers = dict(rest.pop("headers", None) or {})
        if parts.netloc.endswith(".twilio.com"):
            product = parts.netloc.partition(".")[0]
            path = parts.path if self._by_host else f"/{product}{parts.path}"
            if self._by_host:
                headers["Host"] = parts.netloc
            url = urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))
        return super().request(method, url, headers=headers, **rest)


def client_for(tenant: Tenant, *, by_host: bool = True) -> Client:
    http = LocalHttpClient(tenant.url, by_host=by_host)
    return Client(tenant.process.account_sid, tenant.process.auth_token, http_client=http)
