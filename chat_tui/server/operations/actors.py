"""Who acts: an account's credentials, a user's connection, or the service itself."""

import msgspec


class AccountActor(msgspec.Struct, frozen=True):
    """REST with account credentials or an API key: bypasses roles (fact sheet 1.6)."""

    account_sid: str


class ClientActor(msgspec.Struct, frozen=True):
    """A user on the realtime side. ``role_sid`` overrides the user's service role when the token says so."""

    service_sid: str
    identity: str
    user_sid: str
    role_sid: str | None = None


class SystemActor(msgspec.Struct, frozen=True):
    """The service's own doing: seeding, joining newcomers."""


Actor = AccountActor | ClientActor | SystemActor
SYSTEM = SystemActor()
