"""Whether who acts still may act at all, asked in the transaction of what they do (guarantees, Access 5)."""

from chat_tui.protocol.errors import Code, Unauthenticated
from chat_tui.server.operations.actors import AccountActor, Actor, ClientActor
from chat_tui.server.store.transaction import Reader


def check_not_revoked(tx: Reader, actor: Actor) -> None:
    """Raises Unauthenticated when the actor's key was revoked, or its user or service deleted.

    An actor was authenticated before its operation began, perhaps long before: a form may arrive slowly, a handler
    run several operations, a link stay open. Transactions have an order, so an operation that comes after a
    revocation sees it here, whatever was checked outside.
    """
    if isinstance(actor, ClientActor):
        stands = tx.value(
            "client_stands", user_sid=actor.user_sid, service_sid=actor.service_sid, key_sid=actor.key_sid
        )
        if not stands:
            raise Unauthenticated("The user, its key or its service is gone", Code.TOKEN_ISSUER_INVALID)
    elif (
        isinstance(actor, AccountActor) and actor.key_sid is not None and not tx.value("key_stands", sid=actor.key_sid)
    ):
        raise Unauthenticated("Account SID or auth token is wrong", Code.UNAUTHENTICATED)
