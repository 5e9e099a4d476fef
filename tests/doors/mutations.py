"""What a hostile peer puts where something else belongs: values, numbers, texts and JSON, drawn from a seed."""

import json
import random
from typing import Any

TEXTS = [
    "",
    " ",
    "a\x00b",
    "\x1b[31mred\x1b[0m",
    "\u202eevil",
    "a\ud800b",
    "💥" * 40,
    "x" * 40_000,
    "ü/%2F",
    "%00",
    "%ff%fe",
    "../../etc/passwd",
    "' OR 1=1 --",
    "${jndi:ldap://x}",
    "null",
    "true",
    "\r\nX-Injected: 1",
    "system",
    "general",
    "CH" + "0" * 32,
    "CH" + "g" * 32,
    "IM" + "0" * 32,
    "US" + "٣" * 32,
    "@deep@",
]
NUMBERS = [
    "0",
    "-0",
    "-1",
    "1",
    "1e1",
    "1E400",
    "1_0",
    "+5",
    " 7 ",
    "٣",
    "²",
    "１０",
    "0x10",
    "1.5",
    "NaN",
    "Infinity",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "9" * 30,
    "9" * 5000,
]
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**400,
    float("nan"),
    float("inf"),
    -0.0,
    [],
    {},
    [None],
    {"": ""},
    {"a": {"b": [1, "2", None]}},
    [[[[[]]]]],
    {"__proto__": 1, "constructor": {}},
]
_DEEP = '"@deep@"'


class Mutator(random.Random):
    """A seeded source of bad input."""

    def text(self) -> str:
        return self.choice(TEXTS) if self.random() < 0.7 else self.choice(NUMBERS)

    def number(self) -> str:
        return self.choice(NUMBERS)

    def value(self) -> Any:
        """Something JSON can say: of any type, often a text."""
        chance = self.random()
        if chance < 0.35:
            return self.text()
        if chance < 0.9:
            return self.choice(VALUES)
        return {self.text(): self.choice(VALUES) for _ in range(self.randrange(4))}

    def fields(self, good: dict[str, Any]) -> dict[str, Any]:
        """``good`` with fields that are gone, of another type, or unheard of."""
        made = dict(good)
        for _ in range(self.randrange(1, 4)):
            chance = self.random()
            if made and chance < 0.6:
                made[self.choice(list(made))] = self.value()
            elif made and chance < 0.8:
                del made[self.choice(list(made))]
            else:
                made[self.text()] = self.value()
        return made

    def json(self, value: Any, *, may_break: bool = True) -> bytes:
        """``value`` as JSON, where ``@deep@`` stands for 100,000 levels or a few too many; now and then broken."""
        text = json.dumps(value, ensure_ascii=self.random() < 0.5)
        if _DEEP in text:
            depth = self.choice([65, 200, 990, 5000, 100_000])
            opening, closing = self.choice([("[", "]"), ('{"a":', "}")])
            text = text.replace(_DEEP, opening * depth + "0" + closing * depth, 1)
        data = text.encode(errors="surrogatepass")
        return self.bytes(data) if may_break and self.random() < 0.1 else data

    def bytes(self, good: bytes) -> bytes:
        """``good`` with bytes that are gone, twice there, or others."""
        data = bytearray(good)
        for _ in range(self.randrange(1, 5)):
            at = self.randrange(len(data) + 1)
            chance = self.random()
            if chance < 0.3:
                del data[at : at + self.randrange(1, 9)]
            elif chance < 0.5:
                data[at:at] = data[at : at + 16]
            elif chance < 0.6:
                del data[at:]
            else:
                data[at : at + 1] = self.randbytes(self.randrange(1, 4))
        return bytes(data)
