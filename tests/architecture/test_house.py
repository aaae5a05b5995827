"""Habits that a reader may rely on in every file of the three packages."""

import ast
import re

import pytest
from source import MODULES, PACKAGES, ROOT, committed_files

LONGEST_FILE_LINES = 400
GOVERNOR = "stimctl/safety/governor.py"

# Dotted name of a module: what it exports.
SURFACES = {
    module.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): module.exported or set()
    for module in MODULES
}

every_module = pytest.mark.parametrize("module", MODULES, ids=[module.path for module in MODULES])


@every_module
def test_the_first_line_is_a_sentence_that_says_what_it_is(module):
    docstring = ast.get_docstring(module.tree, clean=False) or ""
    assert docstring.split("\n")[0].endswith((".", ":")), f"{module.path}:1"


@every_module
def test_a_module_names_its_public_surface(module):
    only_a_docstring = len(module.tree.body) == 1
    a_script = module.path.endswith("/__main__.py")
    assert module.exported is not None or only_a_docstring or a_script


@every_module
def test_a_module_takes_from_another_only_what_that_one_exports(module):
    assert [f"{module.path}:{line} uses {name}" for name, line in module.uses.items() if is_private(name)] == []


def is_private(name):
    """Whether it is of another module of ours and not in its `__all__`."""
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        surface = SURFACES.get(".".join(parts[:count]))
        if surface is not None:
            return parts[count] not in surface and ".".join(parts[: count + 1]) not in SURFACES
    return False


@every_module
def test_no_file_is_longer_than_a_reader_holds(module):
    assert len(module.text.splitlines()) <= LONGEST_FILE_LINES


@every_module
def test_an_error_of_any_kind_is_only_caught_to_be_raised_again(module):
    blind = [
        f"{module.path}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or {"Exception", "BaseException"} & {one.id for one in names_in(node.type)}
        if ast.unparse(node.body[-1]) != "raise"
    ]
    assert blind == []


def names_in(node):
    return [one for one in ast.walk(node) if isinstance(one, ast.Name)]


def test_only_the_governor_clears():
    assert {module.path for module in MODULES if "stimctl.safety.clearance.Cleared" in module.calls} == {GOVERNOR}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_that_it_is_typed(package):
    assert (ROOT / package / "py.typed").is_file()


# -- what is committed

# In pieces, or this file would hold what it looks for.
REGISTRIES = [
    re.escape(".".join(parts))
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("crates", "io"), ("npmjs", "org"), ("anaconda", "org"))
]
ADDRESS = re.compile("|".join([*REGISTRIES, r":/{2}\S*/simple\b"]))


def test_no_committed_file_names_a_package_registry():
    naming = []
    for file in committed_files():
        text = file.read_bytes().decode("utf-8", "ignore")
        naming += [f"{file.relative_to(ROOT)}: {found[0]}" for found in ADDRESS.finditer(text)]
    assert naming == []


def test_the_lock_holds_no_address():
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
