"""Who acts: an account's credentials, a user's connection, or the service itself."""

import msgspec


class AccountActor(msgspec.Struct, frozen=True):
    """REST with account credentials or an API key: bypasses roles (contract 1.6).

    ``key_sid``: the key it came with, none for the account itself; ``wants_webhooks``: what this request does is to
    be told to webhooks by ``X-Twilio-Webhook-Enabled`` (contract 1.1).
    """

    account_sid: str
    key_sid: str | None = None
    wants_webhooks: bool = False


class ClientActor(msgspec.Struct, frozen=True):
    """A user on the realtime side. ``role_sid`` overrides the user's service role when the token says so; ``key_sid``:
    the key that signed the token."""

    service_sid: str
    identity: str
    user_sid: str
    role_sid: str | None = None
    key_sid: str | None = None


class SystemActor(msgspec.Struct, frozen=True):
    """The service's own doing: seeding, joining newcomers."""


Actor = AccountActor | ClientActor | SystemActor
SYSTEM = SystemActor()
