"""Numbers that stand in more than one place."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.support.house.source import Finding, Function, Module

THREE_DIGITS = 100
Number = int | float


def same_names(modules: Iterable[Module]) -> list[Finding]:
    """Constants of one name in two modules."""
    named = defaultdict(list)
    for module in modules:
        for name, value, node, is_of_module in _numbers(module):
            if is_of_module:
                named[name.lower().strip("_")].append((module.path, f"{module.at(node, name).where} = {value:_}"))
    return _repeated((name.upper(), places) for name, places in named.items())


def same_numbers(modules: Iterable[Module]) -> list[Finding]:
    """Constants and defaults of three digits or more, of one value in two modules."""
    valued = defaultdict(list)
    for module in modules:
        for name, value, node, _ in _numbers(module):
            if abs(value) >= THREE_DIGITS:
                valued[value].append((module.path, f"{module.at(node, name).where} {name}"))
    return _repeated((f"{value:_}", places) for value, places in valued.items())


def _repeated(found: Iterable[tuple[str, list[tuple[str, str]]]]) -> list[Finding]:
    return [
        Finding("; ".join(told for _, told in places), what)
        for what, places in found
        if len({path for path, _ in places}) > 1
    ]


def _numbers(module: Module) -> Iterator[tuple[str, Number, ast.AST, bool]]:
    """Constants of a module or a class and defaults of arguments; whether it is one of the first."""
    for node in module.nodes:
        for name, written in _constants(node) if isinstance(node, ast.Module | ast.ClassDef) else _defaults(node):
            value = _value(written)
            if value is not None:
                yield name, value, written, isinstance(node, ast.Module)


def _constants(node: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for child in node.body:
        if isinstance(child, ast.Assign):
            yield ast.unparse(child.targets[0]), child.value
        elif isinstance(child, ast.AnnAssign) and child.value is not None:
            yield ast.unparse(child.target), child.value


def _defaults(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, Function):
        names = [*node.args.posonlyargs, *node.args.args]
        positional = zip(names[::-1], node.args.defaults[::-1], strict=False)
        by_name = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        yield from ((name.arg, default) for name, default in [*positional, *by_name] if default is not None)


def _value(node: ast.expr) -> Number | None:
    """Of a number as written, of a sum, product or power of such, and of a field with such a default."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, Number) and not isinstance(node.value, bool) else None
    if isinstance(node, ast.Call):
        return next((_value(keyword.value) for keyword in node.keywords if keyword.arg == "default"), None)
    if not isinstance(node, ast.BinOp):
        return None
    left, right = _value(node.left), _value(node.right)
    if left is None or right is None:
        return None
    match node.op:
        case ast.Mult():
            return left * right
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Pow() if abs(right) < THREE_DIGITS:
            power: Number = left**right
            return power
    return None
