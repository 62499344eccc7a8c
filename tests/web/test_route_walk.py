"""Every address, everybody, every method: what is declared is what happens.

For the walk every view is replaced by one that says it was reached; what stands before the views
is the application's own. What the pages do with it is for the tests of each page.
"""

from __future__ import annotations

from functools import wraps

import pytest

from app.database import Base
from app.services.authorization.attempts import Trace
from app.services.clients import owners
from app.services.people import groups, imports, invitations, upstreams
from app.services.people.import_files import Line, Table
from app.services.people.roles import ALLOWED, ALLOWED_TO_OWN, Permission, Role
from app.services.people.upstream_wishes import Wanted
from app.web import access
from app.web.access import ANYONE
from tests import databases, factories
from tests.administrators import browser_of, visitor
from tests.raw_requests import send, token_of
from tests.transports import FlaskTransport

pytestmark = pytest.mark.one_engine

#: Who walks: the columns of the user, and the role that the table knows them by.
KINDS = {
    "anonymous": None,
    "user": ({}, None),
    "owner": ({}, Role.APPLICATION_OWNER),
    "user manager": ({"is_user_manager": True}, Role.USER_MANAGER),
    "auditor": ({"is_auditor": True}, Role.AUDITOR),
    "administrator": ({"is_admin": True}, Role.ADMINISTRATOR),
}
SAFE = ("GET", "HEAD", "OPTIONS")
METHODS = (*SAFE, "POST", "PUT", "DELETE")
REACHED = "reached"
#: Called by programs, with a credential of their own and no cookie (README, stable surface); and
#: those of a browser that an application sends on, which the protocol wants open (OIDC Core
#: §3.1.2.1, RP-Initiated Logout §2): they ask before they do anything.
WITHOUT_CSRF = {
    "browser.authorize",
    "direct.device_authorization",
    "direct.introspect",
    "direct.revoke",
    "direct.token",
    "logout.end_session",
    "registration.manage",
    "registration.register",
    "resource.userinfo",
}
#: What the protocol has browsers and programs GET leaves a trace of what was asked, and a request
#: that waits for its person (README, "Every refusal has a reason code"). Nothing else may change.
PROTOCOL = ("browser.", "login.upstream_callback", "logout.", "registration.", "resource.")
TRACES = {"attempt", "interaction"}


@pytest.fixture
def scene(db):
    """Make one of everything that addresses name; return their parts."""
    boss, target, client = factories.admin(), factories.user(), factories.client()
    group = groups.create("Board", description="", requires_second_step=False, by=boss.id)
    groups.add_member(group, target, by=boss.id)
    wanted = Wanted(
        name="Elsewhere", issuer="https://else.example", client_id="us", secret="s" * 40
    )
    upstream = upstreams.create("generic", wanted, by=boss.id)
    invitations.send("new@people.example", name=None, is_admin=False, by=boss, link=str)
    kept = imports.keep(Table((Line(2, "new@import.example"),)), by=boss)
    trace = Trace("authorize", client_id=client.client_id, user_id=target.id)
    trace.write("ok")
    db.session.commit()
    return {
        "client_id": client.client_id,
        "filename": "css/app.css",
        "handle": kept.id,
        "group_id": group.id,
        "reference": trace.reference,
        "slug": upstream.slug,
        "user_id": target.id,
    }, client.client


def person(kind, client, *, owns=True):
    """Make somebody of this kind; an owner has the application."""
    columns, role = KINDS[kind]
    made = factories.user(**columns)
    if role is Role.APPLICATION_OWNER:
        owners.add(client if owns else factories.client().client, made)
    return made


def walker(app, kind, client, **traits):
    """Return the browser of somebody of this kind."""
    return visitor(app) if kind == "anonymous" else browser_of(app, person(kind, client, **traits))


@pytest.fixture
def stubs(make_app):
    """Return the application with views that only say that they were reached."""
    made = make_app()
    for name, view in made.view_functions.items():

        @wraps(view)
        def stub(**_parts):
            return REACHED

        made.view_functions[name] = stub
    return made


def addresses(app, parts):
    """Return every address: endpoint, method, path; the endpoint is the one that answers."""
    adapter = app.url_map.bind("id.example", url_scheme="https")
    known = {
        (method, adapter.build(rule.endpoint, _named(rule, parts), method=method))
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in (rule.methods or ())
    }
    return [(adapter.match(path, method)[0], method, path) for method, path in sorted(known)]


def _named(rule, parts):
    """Return the parts of an address; a part that no row of the scene has is 1, which int takes."""
    return {name: parts.get(name, 1) for name in rule.arguments}


def may(kind, declared, method, parts):
    """Tell what the table says, read a second time here."""
    need = declared.to_read if method in SAFE else declared.to_write
    if need is ANYONE:
        return True
    if kind == "anonymous":
        return False
    if not isinstance(need, Permission):
        return True
    role = KINDS[kind][1]
    own = "client_id" in parts or declared.narrows
    return need in ALLOWED.get(role, ()) or (
        role is Role.APPLICATION_OWNER and need in ALLOWED_TO_OWN and own
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_declared_is_enforced(kind, app, stubs, scene):
    """security.md AD01, ASVS 8.2.1: every address, every method."""
    parts, client = scene
    browser = walker(app, kind, client)
    token = token_of(browser)
    walked = addresses(stubs, parts)
    named = {rule.endpoint: rule.arguments for rule in stubs.url_map.iter_rules()}
    automatic = 0

    for endpoint, method, path in walked:
        answer = send(browser, method, path, token=token, transport=FlaskTransport(stubs))
        reached = answer.status == 200 and (method != "GET" or answer.text == REACHED)
        declared = access.of(stubs, endpoint)
        expected = may(kind, declared, method, named[endpoint])
        automatic += method == "OPTIONS" and reached

        assert reached is expected, (kind, method, path, answer.status)
        if not reached and kind == "anonymous":
            assert answer.headers["location"].startswith("/login/sign-in"), (method, path)
        elif not reached:
            assert answer.status == 403, (method, path)

    assert len(walked) > 250
    assert automatic > 30


@pytest.mark.parametrize("client_id", ["somebody else's", "no such application"])
def test_owner_of_another_application_is_refused(client_id, app, stubs, scene, db):
    """security.md AD02: an identifier of somebody else's is worth nothing, nor tells anything."""
    parts, client = scene
    browser = walker(app, "owner", client, owns=False)
    token = token_of(browser)
    named = {**parts, "client_id": client.client_id if "else" in client_id else "nobody"}

    for endpoint, method, path in addresses(stubs, named):
        if endpoint.startswith("admin.") and named["client_id"] in path:
            assert (
                send(browser, method, path, token=token, transport=FlaskTransport(stubs)).status
                == 403
            ), (method, path)


@pytest.mark.parametrize("kind", ["owner", "user manager", "auditor", "administrator"])
def test_everybody_with_a_role_needs_a_second_step(kind, make_app, scene):
    """security.md AD04: `admins` are all who may open something of the administration."""
    strict, (parts, client) = make_app(second_step="admins"), scene
    browser = walker(strict, kind, client)

    for endpoint, method, path in addresses(strict, parts):
        if endpoint.startswith("admin.") and method == "GET":
            answer = send(browser, method, path)

            assert answer.status in {303, 403}, (path, answer.status)
            away = answer.headers.get("location", "/login/second-step")
            assert away.startswith(("/login/second-step", "/login/sign-in")), (path, away)


def test_nothing_is_written_without_a_token_of_our_forms(app, stubs, scene):
    """security.md SE06: every unsafe method, except where programs knock."""
    parts, client = scene
    browser = walker(app, "administrator", client)
    open_to_all = set()

    for endpoint, method, path in addresses(stubs, parts):
        if method in SAFE:
            continue
        answer = send(browser, method, path, transport=FlaskTransport(stubs))
        if answer.status == 200:
            open_to_all.add(endpoint)
        else:
            assert answer.status == 400, (method, path)

    assert open_to_all == WITHOUT_CSRF


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("clock")
def test_nothing_is_written_by_a_safe_method(kind, app, scene, stage):
    """security.md AD01, RFC 9110 §9.2.1: pages look, and looking changes nothing."""
    parts, client = scene
    browser = walker(app, kind, client)
    before = databases.dump(stage.engine, Base.metadata)

    for endpoint, method, path in addresses(app, parts):
        if method not in SAFE:
            continue
        answer = send(browser, method, path)
        after = databases.dump(stage.engine, Base.metadata)

        assert answer.status < 500, (method, path)
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        assert changed <= (TRACES if endpoint.startswith(PROTOCOL) else set()), (method, path)
        before = after
