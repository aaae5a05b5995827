"""The three packages as their sources say they are: modules, what each imports, and which names of others it uses."""

import ast
import builtins
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

__all__ = ["MODULES", "PACKAGES", "ROOT", "Import", "Module", "committed_files", "modules_in", "within"]

ROOT = Path(__file__).parents[2]
PACKAGES = ("firmware_protocol", "simulator", "stimctl")


@dataclass(frozen=True)
class Import:
    """One name that an import brings in: `from a.b import c` brings `a.b.c`, and is counted wherever it stands."""

    name: str
    line: int
    at_module_level: bool


class Module:
    """A source file, parsed. `path` is below ROOT, with slashes."""

    def __init__(self, file: Path) -> None:
        self.path = file.relative_to(ROOT).as_posix()
        self.text = file.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text, self.path)

    @property
    def room(self) -> str:
        """`stimctl/engine/core.py` is in `engine`, `stimctl/clock.py` in `clock`, `stimctl/__init__.py` in none."""
        parts = Path(self.path).with_suffix("").parts
        return parts[1] if parts[1] != "__init__" else ""

    @cached_property
    def imports(self) -> list[Import]:
        """All of them, in functions too."""
        inside = {
            id(node)
            for function in ast.walk(self.tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for node in ast.walk(function)
        }
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
            else:
                continue
            found += [Import(name, node.lineno, id(node) not in inside) for name in names]
        return found

    @cached_property
    def uses(self) -> dict[str, int]:
        """Names of other modules and builtins that it uses, in full (`os.read`, `select.select`), and on which line."""
        owners = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}
        used: dict[str, int] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute | ast.Name) and id(node) not in owners:
                used.setdefault(self._in_full(node), node.lineno)
        return used

    @cached_property
    def calls(self) -> set[str]:
        """Names of other modules and builtins that it calls, in full."""
        return {self._in_full(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}

    @cached_property
    def exported(self) -> set[str] | None:
        """The names in `__all__`; None where there is none."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                return set(ast.literal_eval(node.value))
        return None

    @cached_property
    def _known(self) -> dict[str, str]:
        known = {name: name for name in dir(builtins)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                known |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return known

    def _in_full(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self._known.get(node.id, "")
        if isinstance(node, ast.Attribute):
            before = self._in_full(node.value)
            return f"{before}.{node.attr}" if before else ""
        return ""


def within(name: str, roots: set[str] | frozenset[str]) -> bool:
    """Whether a dotted name is one of the roots or below one."""
    parts = name.split(".")
    return any(".".join(parts[:count]) in roots for count in range(1, len(parts) + 1))


def modules_in(folder: str) -> list[Module]:
    """The modules below a folder of ROOT."""
    return [Module(file) for file in sorted((ROOT / folder).rglob("*.py"))]


def committed_files() -> Iterator[Path]:
    """What git keeps; outside a repository, whatever lies there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        yield from (ROOT / name for name in names if name and (ROOT / name).is_file())
        return
    for file in ROOT.rglob("*"):
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(ROOT).parts):
            yield file


MODULES = [module for package in PACKAGES for module in modules_in(package)]
