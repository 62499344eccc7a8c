"""Sign in with another provider: known, new, and with an address that somebody has here."""

from __future__ import annotations

from sqlalchemy import select

from app.models import Mail, Password, Session, UpstreamIdentity, User
from app.services.people import upstreams
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.phone import Phone
from tests.secrets_seen import remember

EMAIL = "jane@people.example"


def test_who_is_linked_is_let_in(browser, jane, linked, come, db):
    row = linked(jane)

    come(browser)

    assert browser.at == "/account/"
    session = db.session.scalars(select(Session)).one()
    assert (session.user_id, session.amr) == (jane.id, ["fed"])
    db.session.refresh(row)
    assert row.used_at is not None


def test_the_tick_to_stay_signed_in_is_taken_along(make_app, remote, jane, linked, other, db):
    """ux.md 2.1: form.js writes it into the form that leads away."""
    linked(jane)
    browser = visitor(make_app(keep_signed_in=True, **remote.settings)).open("/login/sign-in")
    browser.press("upstream-example", keep="yes")

    browser.open(other.authorize(browser.left_for))

    assert db.session.scalars(select(Session)).one().is_kept


def test_the_request_of_an_app_goes_on_afterwards(browser, jane, linked, rp, there):
    """ux.md 2.1: the interaction is kept all the way."""
    linked(jane)
    rp.authorize(browser)

    browser.open(there(browser))
    browser.allow()

    answer = rp.redeem(rp.callback(browser).code)
    claims = rp.verify_id_token(answer.json["id_token"])
    assert claims["amr"] == ["fed"]


def test_the_second_step_is_owed_all_the_same(browser, jane, linked, come, db, clock):
    """security.md MF01: a federated first factor is a first factor."""
    linked(jane)
    phone, _ = factories.phone(jane)
    assert isinstance(phone, Phone)

    come(browser)

    assert browser.at == "/login/second-step"
    assert db.session.scalars(select(Session)).all() == []
    browser.press("continue", code=phone.code)
    assert browser.at == "/account/"
    assert db.session.scalars(select(Session)).one().amr == ["fed", "otp", "mfa"]


def test_who_is_turned_off_stays_out(browser, db, linked, come, reason):
    person = factories.user("jane@people.example", disabled_at=factories.now())
    linked(person)

    come(browser)

    assert browser.status == 400
    assert browser.sees("This account is turned off")
    assert reason() == "account_turned_off"
    assert db.session.scalars(select(Session)).all() == []


def test_new_account_with_a_proved_address_needs_no_code(browser, other, add, come, db, provider):
    upstreams.change(
        provider,
        upstreams.Wanted(
            name="Example",
            issuer=other.issuer,
            client_id=provider.client_id,
            may_sign_up=True,
            trusts_email=True,
        ),
        by=None,
    )
    db.session.commit()

    come(browser)

    assert browser.at == "/login/join"
    assert browser.sees("jane@people.example")
    browser.press("register")
    assert browser.at == "/account/"
    person = db.session.scalars(select(User)).one()
    assert (person.email, person.email_verified, person.name) == (
        "jane@people.example",
        True,
        "Jane Doe",
    )
    assert db.session.scalars(select(Password)).all() == []
    assert db.session.scalars(select(UpstreamIdentity)).one().user_id == person.id


def test_new_account_proves_an_unproved_address_with_a_code(app, browser, come, db, letters):
    """security.md RV08: the word of a provider that is not trusted with it proves nothing."""
    come(browser)
    browser.press("register", email="jane@people.example", name="Jane Doe")

    assert browser.at == "/login/check-email"
    assert db.session.scalars(select(User)).all() == []
    browser.confirm(letters.code(EMAIL))
    assert browser.at == "/account/"
    person = db.session.scalars(select(User)).one()
    assert person.email_verified
    assert db.session.scalars(select(Session)).one().amr == ["fed"]
    assert db.session.scalars(select(UpstreamIdentity)).one().user_id == person.id
    again = visitor(app)
    come(again)
    assert again.at == "/account/"


def test_the_link_in_the_mail_does_as_well_as_the_code(browser, come, db, letters):
    """ux.md 2.3."""
    come(browser)
    browser.press("register", email=EMAIL)

    browser.open(letters.link(EMAIL)).press("confirm")

    assert browser.at == "/account/"
    assert db.session.scalars(select(Session)).one().amr == ["fed"]
    assert db.session.scalars(select(UpstreamIdentity)).one().subject == "jane-there"


def test_an_owner_who_opens_the_link_elsewhere_is_not_linked_to_a_stranger(
    app, come, db, letters, count
):
    """security.md RV08: a stranger typed the owner's address beside an identity of their own."""
    stranger = visitor(app)
    come(stranger)
    stranger.press("register", email=EMAIL)

    owner = visitor(app).open(letters.link(EMAIL))
    owner.press("confirm", password=remember("nine quiet rivers run north"))

    assert count(User) == 1
    assert count(UpstreamIdentity) == 0
    come(stranger.open("/login/sign-in"))
    assert stranger.at == "/login/join"
    assert db.session.scalars(select(Session)).all() == []


def test_leave_that_was_taken_back_makes_no_account(
    browser, provider, come, db, letters, nothing_done
):
    come(browser)
    browser.press("register", email="jane@people.example")
    provider.may_sign_up = False
    db.session.commit()

    browser.confirm(letters.code(EMAIL))

    assert browser.status == 422
    nothing_done()


def test_without_leave_no_account_is_made(browser, provider, come, db, nothing_done):
    provider.may_sign_up = False
    db.session.commit()

    come(browser)

    assert browser.sees("Sign in first")
    assert not browser.has("register")
    nothing_done()


def test_an_address_that_somebody_has_signs_in_nobody(browser, jane, come, db, nothing_done):
    """nOAuth: an attacker writes the victim's address into their own account elsewhere."""
    come(browser)

    nothing_done(users=1)
    assert db.session.scalars(select(Session)).all() == []
    browser.press("register", email=jane.email)
    assert browser.at == "/login/check-email"
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.recipient, mail.template) == (jane.email, "already_registered")
    browser.confirm("BCDF-GHJK")
    nothing_done(users=1)


def test_nobody_learns_whether_an_address_has_an_account(app, db, other, come):
    """ux.md 2.0.13: the pages are the same, only the owner's mail differs."""
    factories.user("jane@people.example")
    pages = []
    for address in ("jane@people.example", "nobody@people.example"):
        other.person = {**other.person, "email": address, "name": "Somebody"}
        browser = visitor(app)
        come(browser)
        first = browser.shown.text.replace(address, "ADDRESS")
        browser.press("register", email=address)
        pages.append((first, browser.shown.text.replace(address, "ADDRESS"), browser.status))

    assert pages[0] == pages[1]


def test_a_proved_address_that_somebody_has_is_not_linked_by_itself(
    browser, jane, provider, come, db, nothing_done
):
    """security.md RV08: sign in first, then link."""
    provider.trusts_email = True
    db.session.commit()

    come(browser)

    assert browser.sees("Sign in first")
    nothing_done(users=1)
    browser.open(browser.element("sign-in-first").get("href"))
    browser.sign_in(jane.email, PASSWORD)
    assert browser.at == "/login/link"
    assert browser.sees("to this account?")
    assert browser.sees("jane@people.example")
    nothing_done(users=1)
    browser.press("link")
    assert browser.at == "/account/upstreams"
    assert db.session.scalars(select(UpstreamIdentity)).one().user_id == jane.id
    assert db.session.scalars(select(Mail.template)).all() == ["account_notice"]


def test_linking_on_the_way_to_an_app_goes_on_to_it(browser, jane, rp, provider, there, db):
    provider.may_sign_up = False
    db.session.commit()
    rp.authorize(browser)

    browser.open(there(browser))
    browser.open(browser.element("sign-in-first").get("href"))
    browser.sign_in(jane.email, PASSWORD)
    browser.press("link")
    browser.allow()

    assert rp.redeem(rp.callback(browser).code).status == 200
    assert db.session.scalars(select(UpstreamIdentity)).one().user_id == jane.id


def test_not_now_links_nothing(browser, jane, provider, come, db, nothing_done):
    provider.may_sign_up = False
    db.session.commit()

    come(browser)
    browser.open(browser.element("sign-in-first").get("href"))
    browser.sign_in(jane.email, PASSWORD)
    browser.press("later")

    nothing_done(users=1)
    browser.open("/login/link")
    assert browser.at == "/account/upstreams"


def test_the_address_may_stand_in_userinfo(browser, other, provider, come, db):
    other.in_userinfo = True
    provider.trusts_email = True
    db.session.commit()

    come(browser)
    browser.press("register")

    assert db.session.scalars(select(User)).one().email == "jane@people.example"


def test_cancelling_there_leads_back_quietly(browser, there, rp, reason):
    """ux.md 2.1: no red."""
    rp.authorize(browser)

    browser.open(there(browser, code=None, error="access_denied"))

    assert browser.at == "/login/sign-in"
    assert "interaction=" in browser.shown.url
    assert browser.status == 200
    assert reason() == ""
