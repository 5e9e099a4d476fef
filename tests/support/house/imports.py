"""Who imports whom, and where that goes round."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.support.house.source import Finding, Function, Module, statements

Graph = Mapping[str, set[str]]


@dataclass(frozen=True)
class Import:
    """``is_late``: not run with the module but in a function, or only where types are checked."""

    module: Module
    node: ast.stmt
    target: str
    is_late: bool


def imports(modules: Mapping[str, Module], targets: Mapping[str, Module] | None = None) -> list[Import]:
    """Of these modules, or of ``targets``; for ``from package import name`` the module of that name if there is one."""
    targets = modules if targets is None else targets
    return [
        Import(module, node, target, is_late)
        for module in modules.values()
        for node, is_late in _statements(module.tree, False)
        for target in sorted(_targets(module, node, targets))
        if target != module.name
    ]


def file_circles(modules: Mapping[str, Module]) -> list[Finding]:
    """Files that import each other, however far round."""
    return [Finding(_told(circle), "") for circle in _circles(_graph(imports(modules)))]


def package_circles(modules: Mapping[str, Module]) -> list[Finding]:
    """Folders that import each other, or a file beside them, each with all that is below it."""
    packages = {name for name, module in modules.items() if module.is_package}
    found = []
    for package, graph in _siblings(imports(modules)).items():
        for circle in _circles(graph):
            if not packages.isdisjoint(circle):
                found.append(Finding(_told(circle), f"in {package}"))
    return found


def late_imports(modules: Mapping[str, Module]) -> list[Finding]:
    """Those inside functions and for types alone. ``size`` is 1 for one that hides a circle."""
    every = imports(modules)
    graph, siblings = _graph(every), _siblings(every)
    found = []
    for each in every:
        if each.is_late:
            package, importer, imported = _parted(each.module.name, each.target)
            goes_round = each.module.name in _reached(graph, each.target)
            goes_round |= importer in _reached(siblings.get(package, {}), imported)
            found.append(each.module.at(each.node, each.target, int(goes_round)))
    return found


def short_aliases(modules: Iterable[Module]) -> list[Finding]:
    """Modules and names imported under one letter."""
    return [
        module.at(node, f"{alias.name} as {alias.asname}")
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname and len(alias.asname) == 1
    ]


def _statements(node: ast.AST, is_late: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in statements(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, is_late
        else:
            is_for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from _statements(child, is_late or is_for_types or isinstance(child, Function))


def _targets(module: Module, node: ast.Import | ast.ImportFrom, modules: Mapping[str, Module]) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names if alias.name in modules}
    base = module.meant(node)
    named = {f"{base}.{alias.name}" for alias in node.names}
    return (named & modules.keys()) | ({base} & modules.keys() if named - modules.keys() else set())


def _graph(every: Iterable[Import]) -> Graph:
    graph = defaultdict(set)
    for each in every:
        graph[each.module.name].add(each.target)
    return graph


def _siblings(every: Iterable[Import]) -> Mapping[str, Graph]:
    """Package → which of what stands in it imports which, each for all below it."""
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in every:
        package, importer, imported = _parted(each.module.name, each.target)
        if importer != package and imported != package:  # a package's own file may name what stands in it
            found[package][importer].add(imported)
    return found


def _parted(importer: str, imported: str) -> tuple[str, str, str]:
    """The package both stand in, and what stands directly in it with each of them below."""
    one, other = importer.split("."), imported.split(".")
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return ".".join(one[:shared]), ".".join(one[: shared + 1]), ".".join(other[: shared + 1])


def _reached(graph: Graph, start: str) -> set[str]:
    """From where on, itself included."""
    found, waiting = {start}, [start]
    while waiting:
        for each in graph.get(waiting.pop(), set()) - found:
            found.add(each)
            waiting.append(each)
    return found


def _circles(graph: Graph) -> list[list[str]]:
    """Each set of those that reach each other, once."""
    reached = {each: _reached(graph, each) for each in graph}
    circles = {
        frozenset(other for other in reached[each] if other in reached and each in reached[other]) for each in reached
    }
    return sorted(sorted(circle) for circle in circles if len(circle) > 1)


def _told(circle: list[str]) -> str:
    return " ⇄ ".join(circle)
