"""Every number and label that both sides know, or two modules: each stands here once, with its unit and its rule.

Plain values and no imports, for the start of a client reads them. What one module alone knows stays there, and what a
user may set is a field of `settings.Settings`, which takes its default from here.
"""

# ---- labels: hosts of requests that travel inside the socket, and so of no machine

CLIENT_API = "https://aim.chat-tui.invalid"
"""Of the Client API and of typing (contract 7.5)."""

SYNC_API = "https://cds.chat-tui.invalid"
"""Of Sync objects, their items and subscriptions (contract 7.3)."""

PUSH_API = "https://ers.chat-tui.invalid"
"""Of push registrations (contract 6.3)."""

# ---- a link

PING_EVERY = 20.0
"""Seconds between two pings, which each side sends (guarantees, Liveness 1, 3)."""

PONG_WITHIN = 10.0
"""Seconds the other side has to answer one, before the link is given up (guarantees, Liveness 1)."""

GOODBYE_WITHIN = 1.0
"""Seconds the other side has to join in a good end (guarantees, Liveness 2)."""

AUTHENTICATE_WITHIN = 5.0
"""Seconds from the connect to a login that was accepted (guarantees, Liveness 4)."""

ANSWER_WITHIN = 30.0
"""Seconds a service has to answer a request, on the socket or by HTTP (guarantees, Liveness 3)."""

WARN_BEFORE_EXPIRY = 180.0
"""Seconds before the end of its token that a connection is told so; of a short token, half its life (guarantees,
Liveness 8)."""

MAX_PORT = 65535
"""Of TCP; 0 asks for a free one."""

MAX_FRAME = 256 * 1024
"""Bytes of one frame that the service takes (guarantees, Bounds 1)."""

# ---- reachability

LINGER = 15
"""Seconds a broken connection still counts as online (guarantees, Reachability 4)."""

MAX_LINGER = 60
"""Seconds, however often a link breaks, and whatever is set (guarantees, Reachability 5)."""

FOLLOWED_USERS = 100
"""Users, oneself not counted, whom one client follows; the first followed goes first (guarantees, Bounds 8)."""

# ---- rates and times

RATE = 30.0
"""Mutations a second, per channel and per service, over five seconds (guarantees, Bounds 3)."""

SESSION_RATE = 10.0
"""Mutations a second of one connection (guarantees, Bounds 3)."""

SESSION_BURST = 150.0
"""Mutations of one connection at once, after a rest (guarantees, Bounds 3)."""

IDLE_AFTER = 60.0
"""Seconds without use after which a service that was started on demand ends (guarantees, Local service 5)."""

TYPING_TIMEOUT = 5
"""Seconds after which who typed types no more (contract S18): of a fresh service, and until a service has said."""

HORIZON_EVERY = 1
"""Seconds between two reports of how far one has read a channel, at least (guarantees, Reachability 11)."""

TOKEN_LIFETIME = 3600
"""Seconds a token lives that is made without saying how long."""

MAX_TOKEN_LIFETIME = 24 * 3600
"""Seconds a token may live (guarantees, Security 4)."""

# ---- pages and batches

PAGE = 50
"""Rows of a page, where a request does not say."""

MAX_PAGE = 1000
"""Rows of a page, at most (contract S69)."""

PAGE_BYTES = 256 * 1024
"""Of a page's rows: it ends there, with one row at least, and the next page goes on."""

MAX_SUBSCRIPTIONS = 1000
"""Objects that one request may subscribe or let go (guarantees, Bounds 5)."""

MAX_PARAMETERS = 200
"""Of a query, and of a form."""

# ---- lengths

MAX_IDENTITY = 256
"""Characters (50207)."""

MAX_NAME = 256
"""Characters of a friendly or a unique name, of whatever people chat with."""

MAX_ADMIN_NAME = 64
"""Characters of the name of a role, a key or a credential."""

MAX_BODY = 32 * 1024
"""Bytes of a message, in UTF-8 (guarantees, Bounds 1)."""

MAX_ATTRIBUTES = 32 * 1024
"""Bytes of attributes, in UTF-8 (guarantees, Bounds 1)."""

MAX_DEPTH = 64
"""Levels of lists and objects, the outermost counted: what is deeper is nobody's data, and ends decoders
(guarantees, Bounds 1)."""

MAX_INT = 2**53
"""The largest number that every JSON reader keeps exactly: the bound of an index, a count and a time."""

MAX_ERROR_TEXT = 500
"""Characters kept of what a service says of an error."""

MAX_WEBHOOKS = 5
"""Of one channel, and so the rows of a page of them."""

MAX_WEBHOOK_RETRIES = 3
"""Calls of a webhook after one that failed."""

MEDIA_MB = 150
"""Megabytes of media that one message may bring."""
