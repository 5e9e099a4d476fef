"""Every measure of a checkout by its name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import citations
from tests.support.house import habits, imports, numbers, sizes
from tests.support.house.source import Checkout, Finding, Module

FUNCTION_LINES = 40
FILE_LINES = 400
CLASS_METHODS = 20
CONTRACT = "chat_tui/protocol/contract.md"


@dataclass(frozen=True)
class Measure:
    """``number``: the worst size of the findings, or how many there are."""

    name: str
    number: int
    findings: list[Finding]


def measures(checkout: Checkout) -> Iterator[Measure]:
    product, tests = checkout.product, checkout.tests
    yield from _sizes("chat_tui", product.values())
    yield from _sizes("tests", tests.values())
    yield _worst("methods by inheritance, most", sizes.carried(product))
    yield from _imports(checkout)
    yield _many("names of numbers that stand in two modules", numbers.same_names(product.values()))
    yield _many("numbers of three digits that stand in two modules", numbers.same_numbers(product.values()))
    yield _many("private reaches from tests", habits.private_reaches(tests))
    for kind, found in habits.sleeps(tests).items():
        yield _many(kind, found)
    yield _many("modules without a test module of their own", habits.without_test_module(product, tests))
    yield _many("modules that no test imports", habits.imported_by_no_test(product, tests))
    yield from _rules(checkout.root)


def _sizes(of: str, modules: Iterable[Module]) -> Iterator[Measure]:
    modules = list(modules)
    for what, found, bound in (
        ("functions, lines", sizes.functions(modules), FUNCTION_LINES),
        ("files, lines", sizes.files(modules), FILE_LINES),
        ("classes, own methods", sizes.classes(modules), CLASS_METHODS),
    ):
        yield _worst(f"{of}: {what}, most", found)
        yield _many(f"{of}: {what}, over {bound}", [each for each in found if each.size > bound])


def _imports(checkout: Checkout) -> Iterator[Measure]:
    product = checkout.product
    late = imports.late_imports(product)
    yield _many("circles between files", imports.file_circles(product))
    yield _many("circles between packages", imports.package_circles(product))
    yield _many("late imports that hide a circle", [each for each in late if each.size])
    yield _many("late imports", late)
    yield _many("aliases of one letter", imports.short_aliases([*product.values(), *checkout.tests.values()]))


def _rules(root: Path) -> Iterator[Measure]:
    """None are uncited where none are written down: then every citation leads out of the project."""
    known, is_written = citations.rules(root), (root / CONTRACT).exists()
    lost = [Finding(place, rule) for place, rule in citations.citations(root) if rule not in known]
    yield _many("citations that lead nowhere", lost + [Finding(place, "") for place in citations.otherwise_cited(root)])
    uncited = citations.uncited(root) if is_written else []
    yield _many("rules that nothing cites", [Finding(rule, "") for rule in uncited])


def _worst(name: str, found: list[Finding]) -> Measure:
    return Measure(name, found[0].size if found else 0, found[:10])


def _many(name: str, found: list[Finding]) -> Measure:
    return Measure(name, len(found), found)
