"""What an application cannot do without: said on the consent page, and held to everywhere."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from app.models import Attempt, Consent
from app.services.authorization import attempts
from app.services.clients import clients
from tests import factories
from tests.administrators import browser_of
from tests.transports import FORM

SCOPE = "openid profile email phone"
pytestmark = pytest.mark.one_engine


@pytest.fixture
def needy(register):
    """Return an application that does not work without the email address."""
    return register(scope=SCOPE, required_scopes=["email"])


@pytest.fixture
def choosy(register):
    """Return an application that needs nothing; `require` changes that."""
    return register(scope=SCOPE)


def require(rp, db, *names):
    """Let an administrator require these."""
    clients.update(clients.get(rp.client_id), {"required_scopes": list(names)})
    db.session.commit()


def granted(rp, browser):
    """Return the scope that the application is given."""
    return rp.redeem(rp.callback(browser).code).json["scope"].split()


def boxes(browser):
    """Return the scopes that have a box to tick."""
    inputs = browser.shown.root.find_all("input")
    return {box.get("value") for box in inputs if box.get("type") == "checkbox"}


def test_what_is_needed_is_said_and_has_no_box(needy, signed_in):
    """ux.md 2.8: a plain tick, no disabled checkbox; Cancel is the way to refuse."""
    needy.authorize(signed_in, scope=SCOPE)

    assert boxes(signed_in) == {"profile", "phone"}
    assert signed_in.sees("Needed")
    assert signed_in.sees("If you do not want to share it, choose Cancel.")
    signed_in.allow([])
    assert granted(needy, signed_in) == ["openid", "email"]


def test_what_is_not_asked_for_is_not_needed(needy, signed_in):
    needy.authorize(signed_in, scope="openid profile")
    assert not signed_in.sees("Needed")

    signed_in.allow([])

    assert granted(needy, signed_in) == ["openid"]


def test_cancel_stays_the_way_to_refuse(needy, signed_in, db):
    needy.authorize(signed_in, scope=SCOPE)

    signed_in.deny()

    assert needy.callback(signed_in).error == "access_denied"
    assert db.session.scalars(select(Consent)).all() == []


def test_answer_to_an_older_page_is_no_consent(choosy, signed_in, db):
    """Left out while it could be, required since: what nobody read is not allowed by anybody."""
    choosy.authorize(signed_in, scope=SCOPE)
    filled = signed_in.fill("allow", scope=["profile"])
    require(choosy, db, "email")

    signed_in.post(filled.url, dict(filled.fields))

    assert signed_in.status == 409
    assert signed_in.sees("What Photo Box needs has changed meanwhile.")
    assert db.session.scalars(select(Consent)).all() == []
    visit = db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
    assert (visit.outcome, visit.reason) == ("waiting", "scope_needed")
    assert visit.checks[-1]["expected"] == "email"
    signed_in.allow()
    assert granted(choosy, signed_in) == ["openid", "profile", "email"]


def test_what_was_named_as_needed_is_allowed_also_when_it_is_no_longer(needy, signed_in, db):
    """Who pressed Allow has read it."""
    needy.authorize(signed_in, scope=SCOPE)
    filled = signed_in.fill("allow", scope=[])
    require(needy, db)

    signed_in.post(filled.url, dict(filled.fields))

    assert granted(needy, signed_in) == ["openid", "email"]


def test_who_has_left_it_out_is_asked_again(choosy, signed_in, db):
    choosy.authorize(signed_in, scope=SCOPE)
    signed_in.allow(["profile"])
    require(choosy, db, "email")

    choosy.authorize(signed_in, scope=SCOPE)

    assert signed_in.sees("Photo Box wants something new")
    assert signed_in.sees("Already allowed (2)")
    assert boxes(signed_in) == {"profile", "phone"}
    signed_in.allow(["profile"])
    assert granted(choosy, signed_in) == ["openid", "profile", "email"]
    choosy.authorize(signed_in, scope=SCOPE)
    assert choosy.callback(signed_in).code


def test_who_has_allowed_it_is_not_asked(choosy, signed_in, db):
    choosy.authorize(signed_in, scope=SCOPE)
    signed_in.allow(["email"])
    require(choosy, db, "email")

    choosy.authorize(signed_in, scope=SCOPE, prompt="none")

    assert choosy.callback(signed_in).code


def test_silent_request_is_told_why(choosy, signed_in, app, db):
    """OIDC Core §3.1.2.6: consent_required; the trace names the scope and the setting."""
    choosy.authorize(signed_in, scope=SCOPE)
    signed_in.allow(["profile"])
    require(choosy, db, "email")

    choosy.authorize(signed_in, scope=SCOPE, prompt="none")

    assert choosy.callback(signed_in).error == "consent_required"
    visit = db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
    assert visit.reason == "scope_needed"
    assert attempts.search(visit.reference)[-1].checks[-1]["expected"] == "email"
    desk = browser_of(app, factories.admin())
    desk.open(f"/admin/attempts/{visit.reference}").follow("Go to the setting: Permissions")
    assert desk.shown.url.endswith("#scope")
    assert desk.has("scope")


def test_required_since_the_answer_is_asked_before_the_code(choosy, signed_in, db):
    """The answer waits with the request: without what is needed by now it is none."""
    choosy.authorize(signed_in, scope=SCOPE, prompt="consent")
    filled = signed_in.fill("allow", scope=["profile"])
    headers = {**signed_in.cookie_header(), "Content-Type": FORM}
    content = urlencode(filled.fields).encode()
    answer = signed_in.transport.send("POST", filled.url, headers=headers, content=content)
    require(choosy, db, "email")

    signed_in.open(answer.headers["location"])

    assert signed_in.at == "/login/consent"
    assert signed_in.sees("Needed")
    assert db.session.scalars(select(Consent.declined)).one() == "email phone"


def test_trusted_application_asks_nothing(register, signed_in):
    rp = register(scope=SCOPE, required_scopes=["email"], trusted=True)

    rp.authorize(signed_in, scope=SCOPE, prompt="none")

    assert granted(rp, signed_in) == SCOPE.split()


def test_single_claim_is_as_needed_as_its_scope(needy, signed_in):
    """OIDC Core §5.5: the row of the scope that carries it."""
    needy.authorize(signed_in, scope="openid", claims='{"userinfo": {"email": null}}')
    assert signed_in.sees("Needed")

    signed_in.allow()

    token = needy.redeem(needy.callback(signed_in).code).json["access_token"]
    assert needy.userinfo(token).json["email"] == "jane@people.example"


def test_account_says_it_cannot_be_taken_away_alone(needy, signed_in):
    """ux.md 2.14: the way out is to remove the access."""
    needy.authorize(signed_in, scope=SCOPE)
    signed_in.allow(["profile", "phone"])
    page = signed_in.open(f"/account/apps/{needy.client_id}")

    assert boxes(page) == {"profile", "phone"}
    assert page.sees("remove its access")
    page.press("save", scope=["phone"])
    assert page.sees("It sees less from now on.")
    needy.authorize(page, scope=SCOPE)
    assert granted(needy, page) == ["openid", "email", "phone"]


def test_account_takes_nothing_from_an_older_page(choosy, signed_in, db):
    """Required since the page was made: nothing is half done, and why stands on the page."""
    choosy.authorize(signed_in, scope=SCOPE)
    signed_in.allow(["profile", "email"])
    signed_in.open(f"/account/apps/{choosy.client_id}")
    filled = signed_in.fill("save", scope=[])
    require(choosy, db, "email")

    signed_in.post(filled.url, dict(filled.fields))

    assert signed_in.status == 409
    assert signed_in.sees("Nothing was changed")
    assert db.session.scalars(select(Consent.scope)).one() == "openid profile email"
