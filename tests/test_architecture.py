"""The borders between the parts, kept by machine. docs/ARCHITECTURE.md shows them, tests keep them."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIB = ROOT / "lib"

# a part knows only itself and the parts in its row; delete panels/ and no ampere changes
MAY_IMPORT = {
    "timeouts": "",
    "clock": "timeouts",
    "core": "",
    "messages": "core",
    "settings": "core secrets address tilde",
    "secrets": "",
    "solver": "core",
    "store": "core clock",
    "sim": "core clock solver",
    "meters": "core clock mqtt",
    "patience": "clock",
    "prices": "core clock patience apart tilde",
    "forecasts": "core clock patience payload service",
    "address": "",
    "tilde": "",
    "apart": "",
    "http": "address payload",
    "payload": "",
    "service": "payload",
    "options": "address",
    "mqtt": "options",
    "chargers": "core clock http payload",
    "modbus": "address",
    "batteries": "core clock http modbus",
    "inverters": "core clock http modbus",
    "feeds": "core clock http options payload service mqtt",
    "cars": "core clock options payload service mqtt apart",
    "calendars": "core clock patience apart tilde",
    "hub": "clock messages secrets",
    "panels": "messages",
    "commands": "core clock messages settings secrets store meters prices chargers cars calendars batteries inverters "
    "feeds forecasts service hub panels sim tilde",
}
# the core computes: nothing that waits, logs, asks the time or draws
CORE_MAY_IMPORT = {
    *(
        "bisect",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "functools",
        "heapq",
        "itertools",
    ),
    *("math", "operator", "re", "types", "typing", "zoneinfo"),
    "fastcrc",  # a CRC is arithmetic; docs/adr/0002
}
FILES = sorted(path.relative_to(ROOT) for path in LIB.rglob("*.py"))


def imported(file: Path, *, at_once: bool = False) -> set[str]:
    """The modules a file imports, by their full names; at_once: without those that a function imports when called."""
    names: set[str] = set()
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    for node in tree.body if at_once else ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" if node.module == "lib" else node.module for alias in node.names}
    return names


def part(module: str) -> str:
    """The part of lib that a module belongs to."""
    return module.split(".")[1]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_imports_point_inwards(file: Path) -> None:
    """A part knows only the parts in its row."""
    own = file.parts[1].removesuffix(".py")
    if own == "__init__" or file == Path("lib/sim/__main__.py"):  # an entry point joins parts
        return
    known = {part(module) for module in imported(file) if module.startswith("lib.")}
    assert set() == known - {own, *MAY_IMPORT[own].split()}


@pytest.mark.parametrize("file", [file for file in FILES if file.parts[1] == "core"], ids=str)
def test_the_core_only_computes(file: Path) -> None:
    """The core imports the core and named modules: no asyncio, no logging, no clock, no third party but the CRC."""
    outside = {module.split(".")[0] for module in imported(file) if not module.startswith("lib.")}
    assert set() == outside - CORE_MAY_IMPORT


def test_only_the_programs_read_the_owners_files() -> None:
    """config.py is read by lib/settings.py, which only programs and commands import."""
    readers = {str(file) for file in FILES if {"config", "lib.settings"} & imported(file)}
    assert all(reader.startswith("lib/commands/") for reader in readers)


def test_no_module_keeps_state_of_its_own() -> None:
    """No `global`; what changes has an owner."""
    for file in FILES:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)], file


def test_no_import_goes_in_a_circle() -> None:
    """Within lib no module reaches itself."""
    names = {
        ".".join(file.with_suffix("").parts).removesuffix(".__init__"): imported(file, at_once=True) for file in FILES
    }
    graph = {name: {other for other in modules if other in names} for name, modules in names.items()}

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += graph[name]
        return seen

    assert [name for name in graph if name in reached(name)] == []


def test_the_programs_stay_short() -> None:
    """A program joins parts; what is longer than a look belongs into a part."""
    for program in ("dm.py", "ev_app.py", "bs_app.py"):
        assert len((ROOT / program).read_text("utf-8").splitlines()) <= 160, program


def test_this_python_is_new_enough() -> None:
    """The floor of Raspberry Pi OS bookworm."""
    assert sys.version_info >= (3, 11)
