"""How long functions and files are, and how much a class carries."""

import ast
from collections.abc import Iterable, Mapping

from tests.support.house.source import Finding, Function, Module


def functions(modules: Iterable[Module]) -> list[Finding]:
    """By lines, from ``def`` to the last; the longest first."""
    return _ordered(
        module.at(node, name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for module in modules
        for name, node in module.functions()
    )


def files(modules: Iterable[Module]) -> list[Finding]:
    return _ordered(Finding(module.path, "", module.lines) for module in modules)


def classes(modules: Iterable[Module]) -> list[Finding]:
    """By the methods that each defines itself, properties among them."""
    return _ordered(module.at(node, node.name, len(_methods(node))) for module in modules for node in module.classes())


def carried(modules: Mapping[str, Module]) -> list[Finding]:
    """Classes that stand on classes of ours, by the methods an object of them has from all of these together."""
    known = {(module.name, node.name): (module, node) for module in modules.values() for node in module.classes()}
    found = []
    for module, node in known.values():
        line = _ancestors(module, node, known)
        if len(line) > 1:
            names = {name for _, each in line for name in _methods(each)}
            found.append(module.at(node, f"{node.name} ({', '.join(each.name for _, each in line[1:])})", len(names)))
    return _ordered(found)


Known = Mapping[tuple[str, str], tuple[Module, ast.ClassDef]]


def _ancestors(module: Module, node: ast.ClassDef, known: Known) -> list[tuple[Module, ast.ClassDef]]:
    """Itself and the classes of ours that it stands on."""
    line = [(module, node)]
    for base in node.bases:
        where = _meant(module, base.value if isinstance(base, ast.Subscript) else base)
        if where in known and known[where][1] is not node:
            line += [each for each in _ancestors(*known[where], known) if each not in line]
    return line


def _meant(module: Module, base: ast.expr) -> tuple[str, str]:
    """The module and the name that a base class was written as."""
    written = ast.unparse(base)
    first, _, rest = written.partition(".")
    where = module.imported().get(first)
    if where is None:
        return module.name, written
    return (f"{where}.{first}", rest) if rest else (where, first)


def _methods(node: ast.ClassDef) -> set[str]:
    return {each.name for each in node.body if isinstance(each, Function)}


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda finding: (-finding.size, finding.where))
