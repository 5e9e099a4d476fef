"""Text that tries to drive a terminal, or to break what shows it."""

HOSTILE = {
    "escape sequences": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J\x1b[H \x1b]52;c;aGk=\x07",
    "C1": "\x9b31mred \x9d0;title\x9c \x85 \x90q\x9c",
    "control characters": "bell\x07 back\x08\x08 vertical\x0b feed\x0c delete\x7f shift\x0e\x0f",
    "bidi": "\u202eevil\u202c \u2066isolated\u2069 \u200emark\u200f",
    "markup": "[@click=app.simulate_key('enter')]press[/] [bold red]loud[/] [link=file:///etc/passwd]x[/link] [[",
    "hyperlinks": "\x1b]8;;file:///etc/passwd\x1b\\here\x1b]8;;\x1b\\",
    "newlines": "\n" * 30_000 + "end",
    "zalgo": "z" + "\u0301\u0302\u0303\u0304" * 500 + "algo",
    "invisible": "a\u200bb\ufeffc\u00add\U000e0041e",
    "private use": "\ue000\U000f0000",
    "line separators": "one\u2028two\u2029three\x85four",
    "wide": "漢字" * 3000,
    "carriage returns": "shown\rhidden\r\nnext",
}
"""Name → text. NUL and lone surrogates are not here: the service refuses them at the border."""

REFUSED = {"NUL": "a\x00b", "lone surrogate": "a\ud800b", "low surrogate": "\udc80"}
