"""What a name looks like to somebody who reads it quickly, and which names may stand for a person by themselves.

Unicode lists some 12,000 pairs of confusable characters (UTS 39), and the eye confuses more than those in a terminal's
cells. The one library of them that is kept up costs 80 ms and a megabyte to import, and is neither typed nor able to
compare two names. So the question is asked the other way round: only names of an alphabet that is small enough to be
compared well stand alone; the identity is shown beside every other name.
"""

import unicodedata
from functools import lru_cache

from chat_tui.tui.render.safe_text import Safe, safe_name

REMEMBERED = 16384
"""Names whose skeletons are worked out once."""


def _table(pairs: str) -> dict[int, str]:
    return {ord(pair[0]): pair[1:] for pair in pairs.split()}


_LOWER = _table(
    "аa б6 вb гr еe єe з3 иu кk лл мm нh оo пn рp сc тt уy хx ыbl ьb ъb ѕs іi јj һh ӏl ѵv ѡw ԁd ԛq ԝw ґr "
    "αa βb γy εe ηn ιi κk λл μu νv οo πn ρp σo ςc τt υu φф χx ωw "
    "カ力 ニ二 ロ口 ハ八 タ夕 ト卜 エ工 へヘ ー一 〇o "
    "ıi ɑa ɡg øo đd ðd łl ħh þp æae œoe ŋn əe ɩi ʟl ĸk"
)
_UPPER = _table(
    "АA ВB ГR ЕE ЄE З3 КK МM НH ОO ПN РP СC ТT УY ХX ІI ЈJ ЅS ЬB ҺH ӀI ѴV ҐR "
    "ΑA ΒB ΓR ΕE ΖZ ΗH ΙI ΚK ΛЛ ΜM ΝN ΟO ΠN ΡP ΤT ΥY ΦФ ΧX ØO ĐD ÐD ŁL ĦH ÞP ÆAE ŒOE ŊN"
)
"""Small letters, and capitals, that look like others of another alphabet."""

_ALIKE = str.maketrans({"1": "l", "i": "l", "|": "l", "0": "o"})
_RUNS = (("rn", "m"), ("vv", "w"), ("cl", "d"))

_BLANK = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters, for Unicode, that nobody sees."""

_EXTRA_LATIN = frozenset("æœøđłßþðħŋ")
_CYRILLIC = frozenset(map(chr, range(0x430, 0x460))) | {"ґ"}
_GREEK = frozenset(map(chr, range(0x3B1, 0x3CA)))
_BETWEEN = frozenset(" -'’._")

_WORDS = """
you me myself self system server service admin administrator moderator root support staff official bot
everyone everybody nobody somebody someone all here channel people member members
online offline unknown connected connecting reconnecting denied closed invites invited accept decline
typing new unread edited deleted sending sent failed waiting loading below notice error warning
monday tuesday wednesday thursday friday saturday sunday
"""
RESERVED = frozenset(_WORDS.split())
"""Words of the screen itself, and those that claim an office. Nobody's name that holds one stands alone."""

_SELF_WORDS = frozenset({"you", "me", "myself", "self", "system", "nobody", "somebody", "everybody"})

_OUR_SIGNS = {
    ord(sign): instead
    for signs, instead in (
        ("(❨⟮⦅﴾⸨⁽₍（｟", "["),
        (")❩⟯⦆﴿⸩⁾₎）｠", "]"),
        (",，、､،﹐﹑", ";"),
        ("~～∼˜〜", "-"),
        ("…", "."),
    )
    for sign in signs
}
"""The signs that display names are made with: in what others write they stand for nothing."""


@lru_cache(maxsize=REMEMBERED)
def without_our_signs(text: str) -> Safe:
    """A name on one line, without the signs by which display names are told apart."""
    return Safe(" ".join(safe_name(text).split()).translate(_OUR_SIGNS))


@lru_cache(maxsize=2 * REMEMBERED)
def skeletons(text: str, *, exactly: bool = False) -> frozenset[str]:
    """Two names that share a skeleton could be taken for each other. Case, accents, spaces and punctuation do not
    count; ``exactly``: spaces and punctuation do."""
    if text.isascii():
        return frozenset((_skeleton(text.lower(), text, exactly=exactly),))
    folded = _bare(unicodedata.normalize("NFKD", text).casefold()).translate(_LOWER)
    capitals = _bare(unicodedata.normalize("NFKD", text).upper()).translate(_UPPER).lower()
    return frozenset((_skeleton(folded, text, exactly=exactly), _skeleton(capitals, text, exactly=exactly)))


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if c not in _BLANK and not unicodedata.category(c).startswith("M"))


def _skeleton(folded: str, text: str, *, exactly: bool) -> str:
    kept = folded.translate(_ALIKE)
    if not exactly:
        kept = "".join(filter(str.isalnum, kept))
    for run, letter in _RUNS:
        kept = kept.replace(run, letter)
    return kept or f" {text}"


@lru_cache(maxsize=REMEMBERED)
def is_plain(name: str) -> bool:
    """Whether ``name`` may stand alone where nobody else's looks like it: Latin, Cyrillic or Greek letters, of one
    alphabet, that begin it, and no word of the screen's own."""
    if not name or name != " ".join(name.split(" ")).strip() or not name[0].isalpha():
        return False
    if not name.isascii() and not _is_one_alphabet(name):
        return False
    if not all(c.isalnum() or c in _BETWEEN for c in name):
        return False
    return not any(skeletons(word) & _RESERVED_SKELETONS for word in name.replace("-", " ").replace("_", " ").split())


@lru_cache(maxsize=REMEMBERED)
def is_one_script(text: str) -> bool:
    """Whether ``text`` is letters and digits of one script (those of Japanese count as one), in their plain forms; of
    the scripts that are compared letter by letter, only letters that are."""
    if unicodedata.normalize("NFKC", text) != text:
        return False
    found = {_script(c) for c in text if c not in _BETWEEN and not (c.isascii() and c.isdigit())}
    return len(found) == 1 and "" not in found and (_is_one_alphabet(text) or not found & _COMPARED)


_COMPARED = frozenset({"LATIN", "CYRILLIC", "GREEK"})


def _script(character: str) -> str:
    name = unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA") else name


def _is_one_alphabet(name: str) -> bool:
    if unicodedata.normalize("NFKC", name) != name:
        return False
    found = {_alphabet(c) for c in name if c not in _BETWEEN and not (c.isascii() and c.isdigit())}
    return len(found) == 1 and "" not in found


def _alphabet(character: str) -> str:
    base = _bare(character.casefold())
    if not character.isalpha() or not base:
        return ""
    if (base.isascii() and base.isalpha()) or base in _EXTRA_LATIN:
        return "latin"
    return "cyrillic" if base in _CYRILLIC else "greek" if base in _GREEK else ""


_RESERVED_SKELETONS = frozenset(skeleton for word in RESERVED for skeleton in skeletons(word))
_SELF_SKELETONS = frozenset(skeleton for word in _SELF_WORDS for skeleton in skeletons(word))


def is_self_word(text: str) -> bool:
    """Whether ``text`` as a whole reads as what the screen calls its reader, or the service itself."""
    return bool(skeletons(text) & _SELF_SKELETONS)
