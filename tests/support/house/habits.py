"""What tests do that they should not: reach into what is private, and wait for time to pass; and what has no test."""

import ast
from collections.abc import Callable, Iterator, Mapping

from tests.support.house.imports import imports
from tests.support.house.source import PRODUCT, TESTS, Finding, Function, Module

NAMED_TUPLE = {"_replace", "_asdict", "_fields", "_make", "_field_defaults"}
SLEEPS = "real sleeps in tests"
CALLS = {"time.sleep", "asyncio.sleep", "sleep", "poll", "blocking_poll", "pause", "blocking_pause"}
WAITING = "tests.support.waiting"
POLLS = "real sleeps in loops of tests"
WAITS = "waits by tests.support.waiting: polls and paces of what is outside the test's program"
PROGRAMS = "sleeps of benchmarks and of the checker, which run for a time by their nature"


def private_reaches(tests: Mapping[str, Module]) -> list[Finding]:
    """``something._name`` of another file, ``setattr(something, "_name", …)``, and a private name imported."""
    found = []
    for module in tests.values():
        own = _own(module)
        reaches = [node for node in module.nodes if _is_private(_reached_for(node)) and _reached_for(node) not in own]
        inner = {id(node.value) for node in reaches if isinstance(node, ast.Attribute)}
        found += [module.at(node, _first_line(node)) for node in reaches if id(node) not in inner]
    return found


def sleeps(tests: Mapping[str, Module]) -> dict[str, list[Finding]]:
    """Waiting for real time: once, in a loop, by the one helper for it, and in programs whose subject is time."""
    found: dict[str, list[Finding]] = {SLEEPS: [], POLLS: [], WAITS: [], PROGRAMS: []}
    for module in tests.values():
        for node, is_looped in _sleeps(module):
            is_program = module.path.startswith(("tests/bench/", "tests/checker/"))
            is_helper = WAITING in (module.name, module.imported().get(ast.unparse(node.func)))
            kind = PROGRAMS if is_program else WAITS if is_helper else POLLS if is_looped else SLEEPS
            found[kind].append(module.at(node, ast.unparse(node)))
    return found


def without_test_module(product: Mapping[str, Module], tests: Mapping[str, Module]) -> list[Finding]:
    """Modules with behaviour that have no test module at their own place."""
    return _untested(product, lambda name: test_module(name) not in tests)


def imported_by_no_test(product: Mapping[str, Module], tests: Mapping[str, Module]) -> list[Finding]:
    """Modules with behaviour that are tried through others only."""
    imported = {each.target for each in imports(tests, product)}
    return _untested(product, lambda name: name not in imported)


def test_module(name: str) -> str:
    """Where the test of a module stands."""
    parent, _, last = name.removeprefix(PRODUCT + ".").rpartition(".")
    return ".".join(filter(None, [TESTS, parent, f"test_{last}"]))


def _untested(product: Mapping[str, Module], is_untested: Callable[[str], bool]) -> list[Finding]:
    found = [
        Finding(module.path, "", module.lines)
        for name, module in product.items()
        if not module.path.endswith("__.py") and any(module.functions()) and is_untested(name)
    ]
    return sorted(found, key=lambda finding: -finding.size)


def _own(module: Module) -> set[str]:
    """Private names that the file gives something itself."""
    own = {name.rpartition(".")[2] for name, _ in module.functions()}
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_own(node.value):
            own.add(node.attr)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            own.add(node.target.id)
    return own


def _reached_for(node: ast.AST) -> str:
    """The name on something else that is meant here; empty where none is."""
    if isinstance(node, ast.Attribute):
        return "" if _is_own(node.value) else node.attr
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PRODUCT):
        return next((alias.name for alias in node.names if _is_private(alias.name)), "")
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("setattr") and len(node.args) > 1:
        name = node.args[1]
        return str(name.value) if isinstance(name, ast.Constant) else ""
    return ""


def _is_own(value: ast.expr) -> bool:
    is_super = isinstance(value, ast.Call) and ast.unparse(value.func) == "super"
    return is_super or (isinstance(value, ast.Name) and value.id in ("self", "cls"))


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0][:100]


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_" and name not in NAMED_TUPLE


def _sleeps(module: Module) -> Iterator[tuple[ast.Call, bool]]:
    """Each call, and whether it stands in a loop of its own function."""
    calls = [node for node in module.nodes if isinstance(node, ast.Call) and _is_sleep(node)]
    looped = {id(node) for node in _looped(module.tree, False)} if calls else set()
    return ((call, id(call) in looped) for call in calls)


def _looped(node: ast.AST, is_looped: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if is_looped:
            yield child
        is_loop = isinstance(child, ast.While | ast.For | ast.AsyncFor)
        yield from _looped(child, is_loop or (is_looped and not isinstance(child, Function | ast.Lambda)))


def _is_sleep(call: ast.Call) -> bool:
    if ast.unparse(call.func) not in CALLS:
        return False
    seconds = call.args[0] if call.args else None
    return not (isinstance(seconds, ast.Constant) and seconds.value == 0)
