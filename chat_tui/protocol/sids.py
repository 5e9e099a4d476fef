"""SIDs: two letters that say the kind, 32 hexadecimal digits that say which one."""

import re
import secrets
from enum import StrEnum


class Kind(StrEnum):
    """The two letters in front of a SID (contract 1.1); the Sync objects' own are MP, ES and ET."""

    ACCOUNT = "AC"
    KEY = "SK"
    SERVICE = "IS"
    CHANNEL = "CH"
    MEMBER = "MB"
    USER = "US"
    MESSAGE = "IM"
    INVITE = "IN"
    ROLE = "RL"
    BINDING = "BS"
    CREDENTIAL = "CR"
    WEBHOOK = "WH"
    MAP = "MP"
    LIST = "ES"
    DOCUMENT = "ET"


_SHAPES = {kind: re.compile(rf"{kind.value}[0-9a-fA-F]{{32}}") for kind in Kind}


def new_sid(kind: Kind) -> str:
    """A fresh random SID of ``kind``, lower case."""
    return kind.value + secrets.token_hex(16)


def is_sid(value: str, kind: Kind) -> bool:
    """Whether ``value`` has the shape of a SID of ``kind`` (34 characters)."""
    return _SHAPES[kind].fullmatch(value) is not None
