"""What REST offers, a module per noun. A module that is put here is served by its ``RESOURCES``."""

from chat_tui.server.rest.resource import Resource
from chat_tui.server.routes import gathered

RESOURCES: tuple[Resource, ...] = tuple(gathered(__name__, "RESOURCES"))
