"""The sources of the project, parsed once, for the tests of the house rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Source:
    """A Python file: its path from the root, its text, its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        """Return where a node stands, as editors understand it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@cache
def python(*folders: str) -> tuple[Source, ...]:
    """Return the Python files below these folders."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(_parsed(path) for path in paths if not _is_foreign(path))


def _is_foreign(path: Path) -> bool:
    """Tell whether a file lies in a virtual environment or a cache."""
    return any(part.startswith((".", "__")) for part in path.relative_to(ROOT).parts[:-1])


def _parsed(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(str(path.relative_to(ROOT)), text, ast.parse(text))


@cache
def templates() -> dict[str, str]:
    """Return every template by its path below templates/."""
    folder = ROOT / "templates"
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}


def names_of(path: str) -> Iterator[str]:
    """Yield the words a path is made of."""
    for part in Path(path).with_suffix("").parts:
        yield from part.split("_")
