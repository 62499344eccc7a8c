"""Laws that differ by storey, sizes, and forbidden names; imports are import-linter's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.sources import ROOT, Source, names_of, python

REQUEST_NAMES = {"request", "session", "g"}
READS_REQUEST = ("app/web/", "app/oidc/request.py")
COMMITS = ("app/web/", "app/jobs/", "app/cli.py", "app/cli/", "app/serve.py", "app/serve/")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "base"}
FORBIDDEN_CLASS_ENDINGS = ("Manager", "Handler", "Helper", "Utils")
#: The rules it silences, and why they do not apply here.
SILENCED = re.compile(r"# [n]oqa")
EXPLAINED_NOQA = re.compile(r"noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* \S+")


def _nodes(source: Source, kind: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in ast.walk(source.tree) if isinstance(node, kind))


def _reads_request(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom) and node.module in {"flask", "flask.globals"}:
        return any(alias.name in REQUEST_NAMES for alias in node.names)
    return (
        isinstance(node, ast.Attribute)
        and node.attr in REQUEST_NAMES
        and isinstance(node.value, ast.Name)
        and node.value.id == "flask"
    )


def _commits(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    return (isinstance(called, ast.Name) and called.id == "commit") or (
        isinstance(called, ast.Attribute) and called.attr == "commit"
    )


def test_only_web_and_the_request_object_read_the_request():
    faults = [
        source.at(node)
        for source in python("app")
        if not source.path.startswith(READS_REQUEST)
        for node in ast.walk(source.tree)
        if _reads_request(node)
    ]

    assert not faults, faults


def test_only_those_who_answer_commit():
    faults = [
        source.at(node)
        for source in python("app")
        if not source.path.startswith((*COMMITS, "app/database.py", "app/turns.py"))
        for node in ast.walk(source.tree)
        if _commits(node)
    ]

    assert not faults, faults


def test_no_file_is_longer_than_a_sitting():
    lengths = {
        source.path: source.text.count("\n") for source in python("app", "tests", "examples")
    }

    assert not {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}


def test_no_function_is_longer_than_a_screen():
    faults = [
        f"{source.at(node)} {node.name}: {length} lines"
        for source in python("app", "tests", "examples", "tools")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]

    assert not faults, faults


def test_no_name_says_nothing():
    files = [
        source.path for source in python("app", "tests") if FORBIDDEN & {*names_of(source.path)}
    ]
    classes = [
        f"{source.at(node)} {node.name}"
        for source in python("app", "tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(FORBIDDEN_CLASS_ENDINGS)
    ]

    assert not files + classes, files + classes


def test_every_silenced_rule_says_why():
    faults = [
        f"{source.path}:{number}"
        for source in python("app", "tests", "examples", "tools", "migrations")
        for number, line in enumerate(source.text.splitlines(), 1)
        if SILENCED.search(line) and not EXPLAINED_NOQA.search(line)
    ]

    assert not faults, faults


def test_no_test_sleeps_or_is_put_aside():
    forbidden = {"sleep", "xfail", "skip"}
    faults = [
        f"{source.at(node)} {node.attr}"
        for source in python("tests")
        if source.path.rpartition("/")[2].startswith("test_")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in forbidden
    ]

    assert not faults, faults


@pytest.mark.parametrize("folder", ["app", "tests"])
def test_every_module_says_what_it_is(folder):
    faults = [
        source.path
        for source in python(folder)
        if source.text and not ast.get_docstring(source.tree)
    ]

    assert not faults, faults


def test_models_are_all_named_where_migrations_look():
    named = ast.parse((ROOT / "app/models/__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.name for node in ast.walk(named) if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }  # fmt: skip
    tables = {
        node.name
        for source in python("app/models")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(parent, ast.Name) and parent.id == "Model" for parent in node.bases)
    }

    assert tables <= imported
