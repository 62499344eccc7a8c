"""Users: find one, look at one, turn one off; the last administrator stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.models import AuditEvent, Mail, Session, User
from app.services.authorization import devices, levels, sessions
from app.services.authorization.attempts import Trace
from app.services.people import passkeys, second_steps, users
from app.services.people.second_steps import ResetRefused
from app.services.upkeep.audit import Event
from tests import factories
from tests.administrators import browser_of


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin("ada@people.example", name="Ada Lovelace")


@pytest.fixture
def jane(db):
    """Return a user."""
    return factories.user("jane@people.example", name="Jane Doe")


@pytest.fixture
def browser(app, admin):
    """Return the administrator's browser."""
    return browser_of(app, admin)


def look(browser, user):
    """Open the page of a user."""
    return browser.open(f"/admin/users/{user.id}")


@pytest.mark.parametrize("words", ["jane", "DOE", "jane@people"])
def test_user_is_found_by_name_and_address(browser, jane, words):
    browser.open("/admin/users").press("search", q=words)

    assert browser.sees("Jane Doe")
    assert "ada@people.example" not in browser.element("main").text


def test_user_is_found_by_the_id_apps_see(browser, jane):
    browser.open(f"/admin/users?q={jane.subject}")

    assert browser.sees("Jane Doe")


@pytest.mark.parametrize("words", ["%", "_", "zebra", "'"])
def test_signs_of_patterns_stand_for_themselves(browser, jane, words):
    """security.md AD07: terms are bound and escaped."""
    assert browser.open("/admin/users").press("search", q=words).sees("Nobody found")


@pytest.mark.parametrize(
    ("show", "seen"),
    [
        ("admin", {"Ada Lovelace"}),
        ("off", {"Omar Haddad"}),
        ("never", {"Jane Doe", "Omar Haddad"}),
        ("", {"Ada Lovelace", "Jane Doe", "Omar Haddad"}),
        ("nonsense", {"Ada Lovelace", "Jane Doe", "Omar Haddad"}),
    ],
)
def test_list_is_filtered(browser, jane, db, clock, show, seen):
    factories.user(name="Omar Haddad", disabled_at=clock())

    main = browser.open(f"/admin/users?show={show}").element("main").text

    assert {name for name in ("Ada Lovelace", "Jane Doe", "Omar Haddad") if name in main} == seen


def test_list_has_25_a_page_and_keeps_the_search(browser, db):
    for number in range(users.PAGE_SIZE + 1):
        factories.user(name=f"Person {number:02}", password=None)

    browser.open("/admin/users?q=person&show=never").follow("Next page")

    assert browser.sees("Person 25")
    assert not browser.sees("Person 24")


def test_page_of_a_user_says_what_there_is_to_know(browser, jane, db):
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    factories.session(jane, address="192.0.2.7", agent=agent)
    factories.consent(jane, factories.client(client_name="Photo Box"), "openid email photos:read")
    trace = Trace("sign_in", user_id=jane.id)
    trace.refused("password", "password_wrong")
    trace.write("refused")

    look(browser, jane)

    for words in (
        "Firefox on Linux",
        "192.0.2.7",
        "Photo Box",
        "Your email address",
        "photos:read",
        jane.subject,
        trace.reference,
        "The address and the password did not match.",
    ):
        assert browser.sees(words), words


def test_user_turned_off_is_signed_out_at_once(app, browser, admin, jane, db):
    theirs = browser_of(app, jane).open("/account/")
    assert theirs.at == "/account/"

    look(browser, jane).press("turn-off")

    assert browser.sees("The account is off")
    assert theirs.open("/account/").at == "/login/sign-in"
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == Event.USER_TURNED_OFF)
    ).one()
    assert (event.actor_id, event.user_id) == (admin.id, jane.id)


def test_user_is_turned_on_again(app, browser, jane, db):
    look(browser, jane).press("turn-off")

    browser.press("turn-on")

    assert browser.sees("The account is on again.")
    assert not db.session.get(User, jane.id).is_disabled


def test_user_is_signed_out_everywhere(app, browser, jane, db):
    for _ in range(2):
        factories.session(jane)
    epoch = jane.epoch

    look(browser, jane).press("sign-out-everywhere")

    assert browser.sees("Signed out everywhere.")
    assert browser.sees("Nowhere at the moment.")
    assert devices.of_user(db.session.get(User, jane.id)) == []
    assert db.session.get(User, jane.id).epoch == epoch + 1


def test_own_account_cannot_be_turned_off(browser, admin, db):
    factories.admin()
    token = look(browser, admin).fill("sign-out-everywhere").fields[0]
    assert not browser.has("turn-off")

    browser.post(f"/admin/users/{admin.id}", {"act": "turn-off", token[0]: token[1]})

    assert browser.status == 403
    assert browser.sees("This is your own account")
    assert not db.session.get(User, admin.id).is_disabled


@pytest.mark.parametrize("act", ["", "delete", "make-admin"])
def test_unknown_act_is_refused(browser, jane, db, act):
    """security.md AD03: nobody's role rises by a form."""
    token = look(browser, jane).fill("turn-off").fields[0]

    browser.post(f"/admin/users/{jane.id}", {"act": act, "is_admin": "1", token[0]: token[1]})

    assert browser.status == 400
    assert not db.session.get(User, jane.id).is_admin


@pytest.mark.parametrize("user_id", ["0", "999999", "9" * 12, "9" * 40])
def test_unknown_user_is_not_found(browser, user_id):
    assert browser.open(f"/admin/users/{user_id}").status == 404


def test_form_of_another_site_changes_nothing(browser, jane, db):
    path = f"/admin/users/{jane.id}"

    browser.post(path, {"act": "turn-off"}, from_site="https://elsewhere.example")

    assert browser.status == 400
    assert not db.session.get(User, jane.id).is_disabled


def test_no_page_shows_a_hash(browser, admin, jane):
    """ux.md 2.18: nobody sees a password, or what is kept of it."""
    for page in ("/admin/users", f"/admin/users/{jane.id}", f"/admin/users/{admin.id}"):
        assert "argon2" not in browser.open(page).answer.text


def test_administrator_resets_a_lost_second_step(browser, jane, clock, db):
    """security.md MF06: with a reason, recorded, and the owner is told."""
    assert clock.time, "the clock stands still"
    factories.phone(jane)
    browser.open(f"/admin/users/{jane.id}").follow("Reset the second step")
    browser.press("reset", reason="  ")
    assert browser.status == 422

    browser.press("reset", reason="called the number we have")

    assert browser.sees("The second step is reset.")
    db.session.refresh(jane)
    assert not jane.has_second_step
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event.like("%.reset"))).one()
    assert event.details == {"reason": "called the number we have"}
    recipients = db.session.scalars(select(Mail.recipient).order_by(Mail.id.desc())).first()
    assert recipients == jane.email


def test_old_sign_in_resets_nothing(browser, jane, clock):
    """security.md AD04: a sign-in of the last 15 minutes for dangerous acts."""
    factories.phone(jane)
    clock.move(minutes=16)

    assert browser.open(f"/admin/users/{jane.id}/second-step").at == "/login/sign-in"


def test_own_second_step_is_not_reset_here(browser, clock, db):
    assert clock.time, "the clock stands still"
    me = db.session.scalars(select(User).where(User.is_admin)).one()
    factories.phone(me)

    assert browser.open(f"/admin/users/{me.id}/second-step").at.startswith("/login/second-step")


def strong_browser(app, admin, db):
    """Return a browser in which an administrator has passed two steps."""
    browser = browser_of(app, admin)
    values = {"acr": levels.MFA, "amr": ["pwd", "otp", "mfa"]}
    db.session.execute(update(Session).values(values))
    db.session.commit()
    return browser


@pytest.mark.parametrize("factor", [factories.phone, factories.passkey])
def test_password_of_one_administrator_takes_no_factor_from_another(
    browser, clock, db, factor, letters
):
    """security.md MF06: the least careful administrator does not decide how safe the others are."""
    assert clock.time, "the clock stands still"
    other = factories.admin("grace@people.example")
    factor(other)
    path = f"/admin/users/{other.id}/second-step"

    browser.open(path)
    assert browser.sees("You have signed in with one step")
    assert not browser.has("reset")
    token = dict(look(browser, other).fill("turn-off").fields)["csrf_token"]
    browser.post(path, {"csrf_token": token, "reason": "lost"})

    assert browser.status == 403
    db.session.expire_all()
    assert other.has_second_step or passkeys.has_any(other.id)
    assert not [mail for mail in letters.all(other.email) if "turned off" in mail["Subject"]]


def test_administrator_with_two_steps_resets_those_of_another(app, admin, clock, db):
    assert clock.time, "the clock stands still"
    other = factories.admin("grace@people.example")
    factories.phone(other)

    browser = strong_browser(app, admin, db).open(f"/admin/users/{other.id}/second-step")
    browser.press("reset", reason="called the number we have")

    assert browser.sees("The second step is reset.")
    db.session.refresh(other)
    assert not other.has_second_step


def test_rule_holds_without_the_page(admin, db):
    other = factories.admin("grace@people.example")
    _, token = factories.session(admin)

    with pytest.raises(ResetRefused):
        second_steps.reset(other, by=sessions.find(token), reason="lost")
