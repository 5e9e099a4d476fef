"""People who try to pass for others: generated names and identities that look alike."""

import random

VICTIMS = ("alice", "bob", "Carla", "William Morris", "billing", "Олег", "support desk")

SWAPS = {
    "a": "аɑａ𝐚á", "b": "Ьｂ𝗯", "c": "сϲｃ", "e": "еｅéė", "g": "ɡｇ", "i": "іıíＩl1|", "l": "1Iӏｌ|", "m": "ｍ𝕞",
    "o": "оο0ｏó", "p": "рρ", "r": "гｒ", "s": "ѕｓ", "w": "ԝｗ", "y": "уγ", "C": "СϹ", "W": "Ԝ", "M": "МΜ", "О": "OΟ",
    "е": "e", "л": "λ", "г": "r",
}  # fmt: skip
INVISIBLE = (
    "\u200b",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u034f",
    "\u202e",
    "\u2066",
    "\u180e",
    "\u3164",
    "\u2800",
)
EDGES = (" ", "\u00a0", "\u2009", ".", "_", "-", "'", "\u0301", "\u0338", "\ufe0f", "\t", "\n", "…", "~", ",")
FORMS = (
    "{} (you)", "{} (@{})", "{} (@system)", "{}, bob", "{} is typing…", "● ▲ {}", "12:40 {}", "@{}", "#{}", "{}~bk4t",
    "({})", "{}(", "{} edited", "── {} ──", "5 new", "Friday 20 November", "system", "you", "me", "System", "Members",
    "{}\x1b[31m", "{}\r\n12:41  {}", "{} ✓", "{} {}", "{}'s bot", "{}" * 9,
)  # fmt: skip


def disguise(dice: random.Random, name: str) -> str:
    """``name``, or something that could be taken for it."""
    kind = dice.randrange(8)
    if kind == 0:
        return name
    if kind == 1:
        return dice.choice((name.upper(), name.lower(), name.title(), name.swapcase()))
    if kind == 2:
        places = [n for n, c in enumerate(name) if c in SWAPS]
        for place in dice.sample(places, min(len(places), dice.randint(1, 3))):
            name = name[:place] + dice.choice(SWAPS[name[place]]) + name[place + 1 :]
        return name
    if kind == 3:
        place = dice.randrange(len(name) + 1)
        return name[:place] + dice.choice(INVISIBLE) + name[place:]
    if kind == 4:
        return dice.choice(("", dice.choice(EDGES))) + name + dice.choice(EDGES)
    if kind == 5:
        return name.replace("m", "rn").replace("w", "vv").replace("d", "cl")
    if kind == 6:
        form = dice.choice(FORMS)
        return form.format(*[name] * form.count("{}"))
    return name + "x" * dice.choice((1, 10, 60, 300)) + dice.choice("ab1l")


def crowd(dice: random.Random, size: int = 14) -> dict[str, str | None]:
    """Identity → the name they chose: victims, and those who would like to be them."""
    people: dict[str, str | None] = {"alice": "alice"}
    while len(people) < size:
        victim = dice.choice(VICTIMS)
        identity = dice.choice((victim, disguise(dice, victim), f"user-{len(people)}", f"user-{len(people)}"))
        people.setdefault(identity, dice.choice((None, victim, disguise(dice, victim), disguise(dice, victim))))
    return people
