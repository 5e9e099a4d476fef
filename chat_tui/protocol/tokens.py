"""Access tokens: the JWT an official helper library makes, made and checked (contract 1.11; guarantees,
Security 3, 4)."""

import base64
import hashlib
import hmac
import time
from typing import Any

import msgspec

from chat_tui.protocol.defaults import MAX_IDENTITY, MAX_INT, MAX_TOKEN_LIFETIME, TOKEN_LIFETIME
from chat_tui.protocol.errors import Code, Unauthenticated
from chat_tui.protocol.sids import Kind, is_sid

CONTENT_TYPE = "twilio-fpa;v=1"
MIN_SECRET_BYTES = 32


class ChatGrant(msgspec.Struct, omit_defaults=True):
    service_sid: str
    endpoint_id: str | None = None
    deployment_role_sid: str | None = None
    push_credential_sid: str | None = None


class Grants(msgspec.Struct):
    identity: str
    chat: ChatGrant


class Claims(msgspec.Struct, omit_defaults=True):
    """What a token says; times in seconds since 1970."""

    iss: str
    sub: str
    exp: int
    grants: Grants
    jti: str | None = None
    nbf: int | None = None
    iat: int | None = None


def _part(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def encode_token(
    *,
    account_sid: str,
    key_sid: str,
    key_secret: str,
    identity: str,
    service_sid: str,
    lifetime: int = TOKEN_LIFETIME,
    now: float | None = None,
) -> str:
    """A signed access token for ``identity`` in ``service_sid``; ``lifetime`` in seconds.

    HS256 is spelled out here because a terminal client mints its own token on the start path, where importing a
    JWT library would cost a fifth of the start. Checking, the dangerous half, is the library's (`decode_token`).
    """
    issued = int(time.time() if now is None else now)
    claims = Claims(
        iss=key_sid,
        sub=account_sid,
        exp=issued + lifetime,
        grants=Grants(identity, ChatGrant(service_sid)),
        jti=f"{key_sid}-{issued}",
        nbf=issued,
        iat=issued,
    )
    header = {"typ": "JWT", "alg": "HS256", "cty": CONTENT_TYPE}
    signed = _part(msgspec.json.encode(header)) + b"." + _part(msgspec.json.encode(claims))
    mac = hmac.new(key_secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + _part(mac)).decode()


def token_issuer(token: str) -> str:
    """The key SID that claims to have signed ``token``, unverified: it only chooses the key to check with."""
    issuer = _unverified(token).get("iss")
    if issuer is None:
        raise Unauthenticated("Access token: not a JWT with an issuer", Code.TOKEN_INVALID)
    if not isinstance(issuer, str) or not is_sid(issuer, Kind.KEY):
        raise Unauthenticated("Access token: iss must be an API key SID", Code.TOKEN_ISSUER_INVALID)
    return issuer


def token_expiry(token: str) -> int | None:
    """``exp`` of a token, unverified, for a client that wants to renew in time; ``None`` when there is none."""
    expiry = _unverified(token).get("exp")
    if isinstance(expiry, bool) or not isinstance(expiry, int | float):
        return None
    return int(max(0, min(expiry, MAX_INT)))


class Bearer(msgspec.Struct, frozen=True):
    """Whom a token says it is for."""

    service_sid: str
    identity: str


def token_bearer(token: str) -> Bearer | None:
    """Who holds ``token``, unverified, for a client that keeps things apart by it; ``None`` when it does not say."""
    try:
        grants = msgspec.convert(_unverified(token).get("grants"), Grants)
    except (ValueError, RecursionError):
        return None
    return Bearer(grants.chat.service_sid, grants.identity)


def _unverified(token: str) -> dict[str, Any]:
    """The claims as they are written; nothing when there are none."""
    try:
        payload = token.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def decode_token(token: str, *, key_sid: str, key_secret: str, account_sid: str, now: float | None = None) -> Claims:
    """The claims of ``token`` once every check has passed.

    Raises Unauthenticated with the code of the check that failed: 20102 header, 20103 issuer or subject, 20104
    expired, 20105 not yet valid, 20106 grants, 20107 signature, 20157 lifetime, 20101 anything else.
    """
    claims = _verified(token, key_secret)
    when = time.time() if now is None else now
    if claims.iss != key_sid or claims.sub != account_sid:
        raise Unauthenticated("Access token: issuer or subject is not of this account", Code.TOKEN_ISSUER_INVALID)
    if claims.exp <= when:
        raise Unauthenticated("Access token: expired; get a new one", Code.TOKEN_EXPIRED)
    begins = [at for at in (claims.nbf, claims.iat) if at is not None]
    if any(at > when + 5 for at in begins):  # five seconds of grace for clocks that differ
        raise Unauthenticated("Access token: not valid yet", Code.TOKEN_NOT_YET_VALID)
    if claims.exp - (begins[0] if begins else when) > MAX_TOKEN_LIFETIME:
        raise Unauthenticated("Access token: lives longer than 24 hours", Code.TOKEN_LIFETIME_TOO_LONG)
    identity = claims.grants.identity
    if not identity or len(identity) > MAX_IDENTITY or not is_sid(claims.grants.chat.service_sid, Kind.SERVICE):
        raise Unauthenticated("Access token: grants need identity and chat.service_sid", Code.TOKEN_GRANTS_INVALID)
    return claims


def _verified(token: str, key_secret: str) -> Claims:
    import jwt  # 50 ms that only a service has to pay

    if len(key_secret.encode()) < MIN_SECRET_BYTES:
        raise Unauthenticated("Access token: its key is too short to be trusted", Code.TOKEN_SIGNATURE_INVALID)
    options: Any = {"require": ["exp", "iss", "sub"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != "HS256" or header.get("cty") != CONTENT_TYPE:
            raise Unauthenticated("Access token: header must say HS256 and twilio-fpa;v=1", Code.TOKEN_HEADER_INVALID)
        return msgspec.convert(jwt.decode(token, key_secret, algorithms=["HS256"], options=options), Claims)
    except jwt.InvalidSignatureError:
        raise Unauthenticated("Access token: wrong signature", Code.TOKEN_SIGNATURE_INVALID) from None
    except (jwt.PyJWTError, RecursionError) as error:
        raise Unauthenticated(f"Access token: {error}", Code.TOKEN_INVALID) from None
    except msgspec.ValidationError as error:
        raise Unauthenticated(f"Access token: {error}", Code.TOKEN_GRANTS_INVALID) from None
