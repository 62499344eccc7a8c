"""Roles from the command line: for the first steps, and for whoever has locked everybody out."""

from __future__ import annotations

from tests import factories


def test_roles_are_given_and_taken_from_the_command_line(answer, run, db):
    factories.admin("ada@people.example")
    factories.user("kim@people.example")

    (given,) = answer(
        "user", "roles", "kim@people.example", "--give=auditor", "--give=user_manager"
    )
    (taken,) = answer("user", "roles", "kim@people.example", "--take=auditor")

    assert given["roles"] == ["user_manager", "auditor"]
    assert taken["roles"] == ["user_manager"]
    assert run("user", "roles", "kim@people.example", "--give=emperor")[0] == 2
    assert run("user", "roles", "nobody@people.example")[0] == 1


def test_last_administrator_stays_one_on_the_command_line(answer, run, db):
    """security.md AD10."""
    factories.admin("ada@people.example")

    code, printed = run("user", "roles", "ada@people.example", "--take=administrator")

    assert code == 1
    assert "last administrator" in printed
    assert answer("user", "roles", "ada@people.example")[0]["roles"] == ["administrator"]
