"""The numbers that the source names, and where: what `tests.protocol.test_defaults` judges."""

import ast
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

_STATUSES = {float(status) for status in HTTPStatus}
_FOLDED = (ast.Add, ast.Sub, ast.Mult, ast.Pow)


class Figure(NamedTuple):
    """``module``: the path inside the package; ``name``: what it is bound to, within its class or function, or that
    function; ``is_bound``: it stands alone as somebody's value or default."""

    module: str
    name: str
    value: float
    is_bound: bool


def figures(package: Path) -> Iterator[Figure]:
    """Every number of every module of ``package``, folded: ``256 * 1024`` is one. Left out are members of
    enumerations, HTTP statuses that are no value of a name, and factors: what a variable is multiplied with is a
    unit."""
    for path in sorted(package.rglob("*.py")):
        module = path.relative_to(package).with_suffix("").as_posix()
        yield from _Reader(module).read(ast.parse(path.read_text()), [])


def number(node: ast.AST) -> float | None:
    """The value of an expression of numbers alone."""
    if isinstance(node, ast.Constant):
        value = node.value
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, _FOLDED):
        left, right = number(node.left), number(node.right)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Pow):
            return float(left**right)
        return {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}[type(node.op)]
    return None


class _Reader:
    def __init__(self, module: str) -> None:
        self._module = module

    def read(self, node: ast.AST, scope: Sequence[str]) -> Iterator[Figure]:
        value = number(node)
        if value is not None:
            if value not in _STATUSES:
                yield self._figure(scope, value, is_bound=False)
            return
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases):
            return
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            scope = [*scope, node.name]
        for name, child in _bound(node):
            found = number(child)
            if found is None:
                yield from self.read(child, scope if name is None else [*scope, name])
            elif name is None:
                yield from self.read(child, scope)
            elif not (name == "status" and found in _STATUSES):
                yield self._figure([*scope, name], found, is_bound=True)

    def _figure(self, scope: Sequence[str], value: float, *, is_bound: bool) -> Figure:
        return Figure(self._module, ".".join(scope), value, is_bound)


def _bound(node: ast.AST) -> Iterator[tuple[str | None, ast.AST]]:
    """The children of ``node``, each with the name it is the value of."""
    named: dict[int, str] = {}
    if isinstance(node, ast.Assign):
        targets = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else node.targets
        values = node.value.elts if isinstance(node.value, ast.Tuple) and len(targets) > 1 else [node.value]
        named = {id(value): _name(target) for target, value in zip(targets, values, strict=False)}
        yield from ((named[id(value)], value) for value in values)
        return
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        named = {id(node.value): _name(node.target)}
    elif isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        with_default = zip(positional[::-1], node.defaults[::-1], strict=False)
        named = {id(value): argument.arg for argument, value in with_default}
        named |= {id(value): a.arg for a, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value}
    elif isinstance(node, ast.keyword) and node.arg is not None:
        named = {id(node.value): node.arg}
    elif isinstance(node, ast.Dict):
        keys: dict[int, Any] = {id(value): key for key, value in zip(node.keys, node.values, strict=True)}
        named = {at: str(key.value) for at, key in keys.items() if isinstance(key, ast.Constant)}
    elif isinstance(node, ast.BinOp):  # a factor is a unit
        factors = isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv | ast.Mod)
        yield from ((None, side) for side in (node.left, node.right) if not (factors and number(side) is not None))
        return
    yield from ((named.get(id(child)), child) for child in ast.iter_child_nodes(node))


def _name(target: ast.AST) -> str:
    return target.attr if isinstance(target, ast.Attribute) else ast.unparse(target)
