"""Credentials for push services: secrets go in and never come out."""

from typing import Any

from chat_tui.protocol.encoding import to_json
from chat_tui.protocol.errors import BadRequest, Code
from chat_tui.server.dates import date
from chat_tui.server.operations.credentials import (
    CreateCredential,
    DeleteCredential,
    FetchCredential,
    ListCredentials,
    UpdateCredential,
)
from chat_tui.server.rest import shapes
from chat_tui.server.rest.call import Call
from chat_tui.server.rest.dialects import CHAT, CONVERSATIONS, Parameters
from chat_tui.server.rest.resource import Listed, Resource, Write
from chat_tui.server.store.rows import Credential

_SECRETS = ("Certificate", "PrivateKey", "ApiKey", "Secret")
MAX_SECRET = 16 * 1024
"""Characters of one."""


def represent(call: Call, credential: Credential) -> shapes.Credential:
    return {
        "sid": credential.sid,
        "account_sid": credential.account_sid,
        "friendly_name": credential.friendly_name,
        "type": credential.type,
        "sandbox": str(credential.sandbox),
        "date_created": date(credential.date_created),
        "date_updated": date(credential.date_updated),
        "url": call.at("Credentials", credential.sid),
    }


def _sealed(call: Call) -> dict[str, Any]:
    given = {name: call.form[name][-1] for name in _SECRETS if name in call.form}
    for name, secret in given.items():
        if len(secret) > MAX_SECRET:
            raise BadRequest(f"{name}: at most {MAX_SECRET} characters", Code.BAD_PARAMETER)
    return {"sealed_secrets": call.box.seal(to_json(given).decode())} if given else {}


def _new(call: Call) -> dict[str, Any]:
    return {"sealed_secrets": call.box.seal("{}")} | _sealed(call)


RESOURCES = (
    Resource(
        path="/Credentials",
        item="credential",
        represent=represent,
        create=Write(CreateCredential, Parameters("Type", "FriendlyName", "Sandbox"), _new),
        page=Listed(ListCredentials),
        fetch=FetchCredential,
        update=Write(UpdateCredential, Parameters("FriendlyName", "Sandbox", conversations={"Type": "type"}), _sealed),
        delete=DeleteCredential,
        dialects=(*CHAT, CONVERSATIONS),
    ),
)
