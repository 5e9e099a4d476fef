"""No text from people reaches a widget as a plain string: such a string could be read as markup."""

import ast
from pathlib import Path

import chat_tui.tui

ROOT = Path(chat_tui.tui.__file__).parent

SINKS = frozenset({"Static", "Label", "Button", "notify", "update", "from_markup", "Digits", "Markdown", "OptionList"})
"""Constructors and methods that take content; their arguments must be literals or come from `render`."""

TITLES = frozenset({"border_title", "border_subtitle", "tooltip", "title", "sub_title", "placeholder"})
"""Attributes that are drawn."""

SAFE_CALLS = frozenset({"safe_text", "Content"})


def is_safe(value: ast.expr) -> bool:
    """A literal, ``None``, or content that `render` made."""
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.IfExp):
        return is_safe(value.body) and is_safe(value.orelse)
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in SAFE_CALLS


def offences(source: str) -> list[int]:
    """Lines where something unsafe meets a sink."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in SINKS and not all(map(is_safe, node.args)):
                found.append(node.lineno)
            if name == "setattr" and not is_safe(node.args[2]):
                found.append(node.lineno)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in TITLES and not is_safe(node.value):
                    found.append(node.lineno)
    return found


ALLOWED = {"panes.py": {"self.title = screen.query_one"}}
"""Assignments that only share a sink's name: the pane called title."""


def test_every_sink_is_given_literals_or_safe_content() -> None:
    """The list holds for the whole screen."""
    found = []
    for path in ROOT.rglob("*.py"):
        source = path.read_text()
        lines = source.splitlines()
        for number in offences(source):
            line = lines[number - 1].strip()
            if not any(line.startswith(known) for known in ALLOWED.get(path.name, ())):
                found.append(f"{path.name}:{number}: {line}")
    assert found == []


def test_the_check_itself_catches_what_it_should() -> None:
    """Planted: a name handed to a title, a message to notify, an f-string to a label."""
    assert offences("widget.border_title = user.name") == [1]
    assert offences("app.notify(message.body)") == [1]
    assert offences("Label(f'{name}')") == [1]
    assert offences("setattr(widget, part, words)") == [1]
    assert offences("widget.border_title = safe_text(name)") == []
