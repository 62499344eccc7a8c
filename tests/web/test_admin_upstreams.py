"""Other providers in the administration: set up, look at, change, turn off, delete."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent, UpstreamIdentity, UpstreamProvider
from app.services.people import upstream_domains, upstreams
from app.services.people.upstream_wishes import Wanted
from tests import factories
from tests.administrators import browser_of, visitor
from tests.secrets_seen import remember
from tests.upstream_host import CLIENT_ID, SECRET, UpstreamHost


@pytest.fixture
def app(make_app, remote):
    return make_app(**remote.settings)


@pytest.fixture
def desk(app, db):
    assert db.engine, "a context of the application is open"
    return browser_of(app, factories.admin("admin@people.example"))


@pytest.fixture
def set_up(desk, remote):
    """Return a function that sets the other provider up in the form."""

    def fill(**values):
        remember(SECRET)
        typed = {
            "kind": "generic",
            "name": "Example",
            "issuer": UpstreamHost(remote).issuer,
            "client_id": CLIENT_ID,
            "secret": SECRET,
            **values,
        }
        return desk.open("/admin/upstreams/new").press("add", **typed)

    return fill


def row(db):
    db.session.expire_all()
    return db.session.scalars(select(UpstreamProvider)).one()


def test_administrator_sets_a_provider_up(desk, set_up, db, app):
    assert desk.open("/admin/upstreams").sees("No other providers yet")

    set_up()

    assert desk.at == "/admin/upstreams/example"
    assert desk.sees("https://id.example/login/upstream/example/callback")
    assert SECRET not in desk.answer.text, "security.md AD05: write-only"
    assert upstreams.opened(row(db)).secret == SECRET
    assert visitor(app).open("/login/sign-in").has("upstream-example")
    assert db.session.scalars(select(AuditEvent.event)).all()[-1] == "upstream_provider.added"


@pytest.mark.parametrize("kind", ["google", "microsoft"])
def test_a_known_kind_needs_no_name_and_no_issuer(set_up, db, kind):
    set_up(kind=kind, name="", issuer="")

    found = row(db)
    assert (found.slug, found.name.lower()) == (kind, kind)
    assert found.issuer == upstreams.ISSUERS[kind]
    assert not found.trusts_email


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://id.example"),
        ("issuer", "id.example"),
        ("issuer", "https://id.example/?x=1"),
        ("issuer", ""),
        ("name", ""),
        ("name", "x" * 61),
        ("client_id", ""),
        ("secret", ""),
    ],
)
def test_what_cannot_work_is_refused_at_its_field(desk, set_up, db, field, value):
    set_up(**{field: value})

    assert desk.status == 422
    assert desk.element(field).get("aria-invalid") == "true"
    assert db.session.scalars(select(UpstreamProvider)).all() == []


def test_two_providers_of_one_name_have_two_addresses(set_up, db):
    set_up()
    set_up()

    slugs = db.session.scalars(select(UpstreamProvider.slug)).all()
    assert sorted(slugs) == ["example", "example-2"]


def test_check_says_in_words_what_was_found(desk, set_up):
    set_up()

    desk.press("check")

    assert desk.element("found").text.startswith("It answers 1 key, signing with RS256, ES256.")
    assert desk.sees("It takes our secret as client_secret_basic.")


def test_check_says_what_is_wrong(desk, set_up, remote):
    set_up()
    UpstreamHost(remote).publish(issuer="https://evil.example")

    desk.press("check")

    assert "its issuer is https://evil.example" in desk.element("found").text
    remote.replies.clear()
    assert "status_404" in desk.press("check").element("found").text


def test_an_empty_secret_leaves_the_stored_one(desk, set_up, db):
    set_up()

    desk.press("save", name="Another name")

    assert desk.sees("Saved.")
    assert (row(db).name, row(db).slug) == ("Another name", "example")
    assert upstreams.opened(row(db)).secret == SECRET


def test_another_issuer_makes_us_forget_the_secret(desk, set_up, db):
    """security.md AD05: the secret must not go to another address."""
    set_up()

    desk.press("save", issuer="https://evil.example")

    assert desk.sees("enter the new one")
    assert row(db).sealed_secret is None


def test_a_secret_that_was_moved_to_another_issuer_does_not_open(set_up, db):
    """security.md AD05: also when somebody writes into the database."""
    set_up()
    found = row(db)
    found.issuer = "https://evil.example"
    db.session.commit()

    assert upstreams.opened(found).secret is None


def test_without_a_secret_nobody_is_sent_away(app, desk, set_up):
    set_up()
    desk.press("save", issuer=f"{row_issuer(desk)}/")
    browser = visitor(app)

    browser.open("/login/sign-in").press("upstream-example")

    assert not browser.left_for
    assert browser.status == 400


def row_issuer(desk):
    return desk.element("issuer").get("value")


def test_turned_off_it_is_not_offered(app, desk, set_up):
    set_up()

    desk.press("turn-off")

    assert not visitor(app).open("/login/sign-in").has("upstream-example")
    desk.press("turn-on")
    assert visitor(app).open("/login/sign-in").has("upstream-example")


def test_deleted_it_is_gone(desk, set_up, db):
    set_up()

    desk.press("delete")

    assert desk.at == "/admin/upstreams"
    assert desk.sees("Example is deleted.")
    assert db.session.scalars(select(UpstreamProvider)).all() == []


def test_others_cannot_see_it(app, set_up):
    set_up()
    browser = browser_of(app, factories.user())

    assert browser.open("/admin/upstreams/example").status == 403


def test_page_of_a_user_shows_who_they_are_at_other_providers(app, db):
    """ux.md 2.18: the ways to sign in, so that an administrator understands a call for help."""
    wanted = Wanted("Example", "https://op.example", "us", "a secret of ours")
    provider, jane = upstreams.create("generic", wanted, by=None), factories.user()
    ids = {"provider_id": provider.id, "issuer": provider.issuer, "user_id": jane.id}
    db.session.add(UpstreamIdentity(**ids, subject="j", email="jane@elsewhere.example"))
    db.session.commit()

    browser = browser_of(app, factories.admin()).open(f"/admin/users/{jane.id}")

    assert browser.sees("jane@elsewhere.example")
    assert browser.follow("Example").at == f"/admin/upstreams/{provider.slug}"
    browser.open(f"/admin/users/{factories.user(password=None).id}")
    assert not browser.sees("elsewhere.example")
    assert browser.sees("Password None yet.")


def test_administrator_maps_email_domains(desk, set_up, db):
    """ux.md 2.1: written in any way, kept as addresses are compared."""
    set_up()

    desk.press("save", domains="Example.ORG, @bücher.example example.org")

    assert desk.sees("Saved.")
    assert upstream_domains.of(row(db)) == ["example.org", "xn--bcher-kva.example"]
    assert desk.element("domains").get("value") == "example.org, xn--bcher-kva.example"
    desk.press("save", domains="")
    assert upstream_domains.of(row(db)) == []


@pytest.mark.parametrize("typed", ["example", "*.example.org", "jane@example.org", "a/b.org", "."])
def test_what_is_no_domain_is_refused(desk, set_up, db, typed):
    set_up()

    desk.press("save", domains=typed)

    assert desk.status == 422
    assert desk.sees(f"Write {typed} as example.org.")
    assert upstream_domains.of(row(db)) == []


def test_domain_belongs_to_one_provider(desk, set_up, db):
    set_up()
    desk.press("save", domains="example.org")
    set_up(name="Second")

    desk.press("save", domains="other.example, example.org")

    assert desk.status == 422
    assert desk.sees("example.org belongs to Example. Take it away there first.")
    db.session.expire_all()
    assert list(upstream_domains.by_provider().values()) == [["example.org"]]
