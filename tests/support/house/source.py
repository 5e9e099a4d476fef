"""The modules of a checkout, parsed: what every measure reads."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

PRODUCT = "chat_tui"
TESTS = "tests"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Finding:
    """``where``: ``file:line``. ``size``: what findings of one kind are ordered by."""

    where: str
    what: str
    size: int = 0

    def __str__(self) -> str:
        return "  ".join(filter(None, [str(self.size or ""), self.where, self.what]))


@dataclass(frozen=True, eq=False)
class Module:
    """``name``: dotted, a package by its own name. ``path``: below the checkout."""

    name: str
    path: str
    text: str
    is_package: bool

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in it; walked once."""
        return list(ast.walk(self.tree))

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def at(self, node: ast.AST, what: str, size: int = 0) -> Finding:
        return Finding(f"{self.path}:{getattr(node, 'lineno', 1)}", what, size)

    def meant(self, node: ast.ImportFrom) -> str:
        """The package or module that names are imported from."""
        above = self.name.split(".")
        kept = len(above) - node.level + self.is_package
        return ".".join([*above[:kept], *filter(None, [node.module])]) if node.level else node.module or ""

    def imported(self) -> dict[str, str]:
        """Name → the package or module that it was imported from."""
        found = (node for node in self.nodes if isinstance(node, ast.ImportFrom))
        return {alias.asname or alias.name: self.meant(node) for node in found for alias in node.names}

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Each with the names of what it stands in."""
        yield from _functions(self.tree, "")

    def classes(self) -> Iterator[ast.ClassDef]:
        return (node for node in self.nodes if isinstance(node, ast.ClassDef))


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """What stands directly in a statement: other statements, and the branches that hold such."""
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        found = getattr(node, block, ())
        yield from found if isinstance(found, list) else ()


def _functions(node: ast.AST, within: str) -> Iterator[tuple[str, Function]]:
    for child in statements(node):
        inside = within
        if isinstance(child, Function | ast.ClassDef):
            inside = f"{within}.{child.name}" if within else child.name
        if isinstance(child, Function):
            yield inside, child
        yield from _functions(child, inside)


@dataclass
class Checkout:
    """The product's modules and the tests' by name."""

    root: Path
    product: dict[str, Module] = field(init=False)
    tests: dict[str, Module] = field(init=False)

    def __post_init__(self) -> None:
        self.product = self._read(PRODUCT)
        self.tests = self._read(TESTS)

    def _read(self, package: str) -> dict[str, Module]:
        found = {}
        for file in sorted((self.root / package).rglob("*.py")):
            path = file.relative_to(self.root)
            parts = path.with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found[name] = Module(name, path.as_posix(), file.read_text(), is_package)
        return found
