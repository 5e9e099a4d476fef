"""Which product a request speaks, and the URLs an answer carries: minted in the form of the request."""

import re
from enum import StrEnum
from urllib.parse import quote

import msgspec

from chat_tui.protocol.errors import ChatError, Code
from chat_tui.server.network.hosts import TWILIO, host_name, is_known


class Product(StrEnum):
    CHAT = "chat"
    CONVERSATIONS = "conversations"
    API = "api"


class Misdirected(ChatError):
    """The Host header names a service that is not here."""

    status = 421


class Urls(msgspec.Struct, frozen=True):
    """``base`` goes before ``/v2/…``: the host the request named, or the received origin and product prefix."""

    base: str

    def of(self, *segments: str) -> str:
        """``base`` and segments, percent-encoded where need be."""
        return "/".join([self.base, *(quote(segment, safe="") for segment in segments)])


_VERSION = re.compile(r"/v[0-9]+(?=/|$)")


class Target(msgspec.Struct, frozen=True):
    """``path`` is the rest of the path behind a product prefix, still percent-encoded."""

    product: Product
    path: str
    urls: Urls

    @property
    def resource(self) -> str:
        """The path as refusals name it: without the version (contract 1.8), which is a part of the older API's."""
        return self.path if self.product is Product.API else _VERSION.sub("", self.path, count=1) or "/"


def target(host: str, raw_path: str, *, scheme: str = "http", public_name: str | None = None) -> Target:
    """Route by Host header, else by a product's prefix, ``/chat``; a bare path means chat (contract 1.1).
    Raises Misdirected (421) for a foreign host."""
    named = TWILIO.fullmatch(host_name(host))
    if named is not None:
        product = Product(named[1]) if named[1] in set(Product) else Product.CHAT  # ip-messaging is chat's older name
        return Target(product, raw_path, Urls(f"https://{host_name(host)}"))
    if not is_known(host, public_name):
        raise Misdirected("Host: this service does not answer for that name", Code.BAD_PARAMETER)
    for product in Product:
        prefix = f"/{product}/"
        if raw_path.startswith(prefix):
            return Target(product, raw_path[len(prefix) - 1 :], Urls(f"{scheme}://{host}/{product}"))
    return Target(Product.CHAT, raw_path, Urls(f"{scheme}://{host}/{Product.CHAT}"))
