"""What a connected client may ask: the Client API and the Sync endpoints. A module that is put here is served by its
``ROUTES``."""

from chat_tui.server.realtime.requests import Routes
from chat_tui.server.routes import gathered

ROUTES: Routes = list(gathered(__name__, "ROUTES"))
