"""Every address declares what it needs; without a declaration nothing starts, nothing opens."""

from __future__ import annotations

import pytest

from app.services.people.roles import ALLOWED, ALLOWED_TO_OWN, Permission, Role
from app.web import access
from app.web.access import needs

pytestmark = pytest.mark.one_engine


def test_every_address_declares_what_it_needs(app):
    """security.md AD01: 0 undeclared."""
    assert not [name for name in app.view_functions if access.of(app, name) is None]


def test_every_page_of_the_administration_needs_a_permission(app):
    """security.md AD01: being signed in is not enough, however new the page is."""
    faults = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.")
        for method in rule.methods or ()
        if not isinstance(access.of(app, rule.endpoint).needed(method), Permission)
    ]

    assert not faults


def test_address_without_a_declaration_does_not_start(make_app):
    silent = make_app()
    silent.add_url_rule("/open", endpoint="open", view_func=lambda: "inside")

    with pytest.raises(RuntimeError, match="open"):
        access.check(silent)


def test_address_without_a_declaration_is_refused(make_app):
    """security.md AD01: deny by default, also for what came after the start."""
    silent = make_app()
    silent.add_url_rule("/open", endpoint="open", view_func=lambda: "inside")
    silent.add_url_rule("/told", endpoint="told", view_func=needs(access.ANYONE)(lambda: "inside"))
    client = silent.test_client()

    assert client.get("/open", base_url="https://id.example").status_code == 403
    assert client.get("/told", base_url="https://id.example").status_code == 200


def test_administrator_may_everything_and_nobody_else_gives_roles():
    """security.md AD03: no lesser role can make a greater one."""
    givers = [role for role, allowed in ALLOWED.items() if Permission.GIVE_ROLES in allowed]

    assert ALLOWED[Role.ADMINISTRATOR] == set(Permission)
    assert givers == [Role.ADMINISTRATOR]
    assert set(ALLOWED) == set(Role)


def test_auditor_reads_and_does_nothing_else():
    allowed = ALLOWED[Role.AUDITOR] - {Permission.ENTER}

    assert allowed == {one for one in Permission if one.startswith("read_")}


def test_owner_has_nothing_that_is_not_about_an_application():
    assert not {one for one in ALLOWED_TO_OWN if "application" not in one} - {
        Permission.CHANGE_SECRETS,
        Permission.READ_ATTEMPTS,
    }
