"""One's own addresses: added, proved, made primary, taken off, and put back by their owner."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models import EmailClaim, Mail, User, UserEmail
from app.services.authorization.levels import RECENT
from app.services.people import addresses
from app.services.upkeep import throttles
from tests import factories
from tests.address_pages import NEW, add, added
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD


def test_profile_leads_to_the_addresses(signed_in, jane):
    """ux.md 2.14: email(s) with verify and primary."""
    signed_in.open("/account/profile").follow("Change or add")

    assert signed_in.at == "/account/emails"
    assert signed_in.sees(jane.email)
    assert signed_in.sees("Primary")


def test_address_counts_when_its_code_was_typed(app, signed_in, jane, letters, db):
    """security.md RV08: before that it signs nobody in and resets nothing."""
    add(signed_in)
    assert signed_in.sees(NEW)
    assert visitor(app).sign_in(NEW, PASSWORD).status == 422
    visitor(app).open("/login/forgot").press("send", email=NEW)
    assert letters.all(NEW)[-1]["Subject"].startswith("You asked for a new password")

    signed_in.press("confirm", code=letters.all(NEW)[0]["Subject"].split()[0])

    assert signed_in.sees("The address is confirmed.")
    assert visitor(app).sign_in(NEW, PASSWORD).at == "/account/"
    assert db.session.get(User, jane.id).email == jane.email
    assert "An address was added" in letters.all(jane.email)[-1]["Subject"]


def test_link_confirms_where_the_person_is_signed_in(signed_in, letters, db):
    """security.md RV04: with a button; looking at it does nothing."""
    add(signed_in)
    for _ in range(3):
        signed_in.open(letters.link(NEW))
    assert "token" not in signed_in.shown.url
    assert db.session.scalar(select(func.count()).select_from(UserEmail)) == 1

    signed_in.press("confirm")

    assert signed_in.sees("The address is confirmed.")
    assert signed_in.open(letters.link(NEW)).status == 410


def test_link_is_worth_nothing_to_somebody_else(app, signed_in, letters, db):
    """security.md RV08: the owner of a mailbox lands on no stranger's account."""
    add(signed_in)
    owner = factories.user()

    stranger = visitor(app).open(letters.link(NEW))
    assert stranger.at == "/login/sign-in"
    assert "token" not in stranger.shown.url
    assert browser_of(app, owner).open(letters.link(NEW)).status == 410
    assert signed_in.open(letters.link(NEW)).has("confirm")


def test_address_of_somebody_else_looks_like_a_free_one(signed_in, letters, statements, db):
    """security.md RV01: the same page, and as many statements; the mail differs."""
    theirs = factories.user("kim@people.example")
    factories.address(theirs, "kim@work.example")
    seen, counts = [], []
    for email in (NEW, theirs.email, "kim@work.example"):
        signed_in.open("/account/emails")
        with statements() as found:
            signed_in.press("add", email=email)
        counts.append(found.count)
        token = signed_in.csrf_token
        text = signed_in.answer.text.replace(email, "EMAIL").replace(token, "TOKEN")
        number = signed_in.shown.url.rpartition("/")[2]
        seen.append((signed_in.status, text.replace(f"/{number}", "/N")))
        seen[-1] += (signed_in.press("confirm", code="BCDF-BCDF").status,)

    assert seen[0] == seen[1] == seen[2]
    assert counts[0] == counts[1] == counts[2]
    for email in (theirs.email, "kim@work.example"):
        assert "is in use" in letters.all(email)[-1]["Subject"]
    assert db.session.scalar(select(func.count()).select_from(EmailClaim)) == 3


def test_wrong_code_works_five_times(signed_in, letters, db):
    """security.md RV02."""
    add(signed_in)
    for _ in range(5):
        assert signed_in.press("confirm", code="BCDF-BCDF").status == 422

    assert signed_in.press("confirm", code=letters.code(NEW)).status == 422
    assert db.session.scalar(select(func.count()).select_from(UserEmail)) == 1


def test_claim_gets_a_mail_a_minute(signed_in, letters, clock):
    """security.md RV06: each mail has a new code, with five tries of its own."""
    add(signed_in)
    signed_in.open("/account/emails").press("add", email=NEW.upper())
    assert signed_in.status == 429
    assert signed_in.answer.headers["retry-after"] == "60"
    assert len(letters.all()) == 1
    clock.move(minutes=1)

    signed_in.press("add", email=NEW)

    assert len(letters.all(NEW)) == 2
    assert signed_in.press("confirm", code=letters.code(NEW)).sees("The address is confirmed.")


def test_pause_is_the_same_for_an_address_of_somebody_else(signed_in, letters):
    """security.md RV01."""
    theirs = factories.user()
    add(signed_in, theirs.email)

    signed_in.open("/account/emails").press("add", email=theirs.email)

    assert signed_in.status == 429
    assert len(letters.all(theirs.email)) == 1


def test_code_works_for_half_an_hour(clock, signed_in, letters):
    add(signed_in)
    page, code = signed_in.shown.url, letters.code(NEW)
    filled = signed_in.fill("confirm", code=code)
    clock.move(minutes=30)

    signed_in.post(page, dict(filled.fields)).open("/account/emails")

    assert not signed_in.sees(NEW)


def test_new_code_replaces_the_old_one(signed_in, letters, clock):
    """security.md RV06."""
    add(signed_in)
    first = letters.code(NEW)
    clock.move(minutes=1)
    signed_in.press("again")

    assert signed_in.press("confirm", code=first).status == 422
    assert signed_in.press("confirm", code=letters.code(NEW)).sees("The address is confirmed.")


def test_mails_to_new_addresses_are_bounded(signed_in, clock, db):
    """security.md RV06: nobody's mailbox is ours to fill, with new claims neither."""
    for _ in range(throttles.MAIL.free):
        add(signed_in).press("cancel")

    add(signed_in)

    assert signed_in.status == 429
    assert signed_in.sees("Too many tries.")
    assert db.session.scalar(select(func.count()).select_from(Mail)) == throttles.MAIL.free


def test_address_waiting_can_be_given_up(signed_in, letters):
    add(signed_in).press("cancel")

    assert signed_in.sees("The address is not added.")
    assert signed_in.open(letters.link(NEW)).status == 410


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter your email address."),
        ("jane@", "Enter the whole address"),
        ("JANE@people.example", "This address is on your account already."),
    ],
)
def test_what_cannot_be_added_is_said_at_the_field(signed_in, typed, words):
    add(signed_in, typed)

    assert signed_in.status == 422
    assert signed_in.sees(words)


def test_there_are_enough_at_ten(signed_in, jane):
    for number in range(addresses.MOST - 1):
        factories.address(jane, f"jane{number}@people.example")

    assert add(signed_in).status == 422
    assert signed_in.sees("These are enough addresses.")


def test_old_sign_in_changes_no_address(signed_in, jane, letters, clock, db):
    """security.md RV07: step-up."""
    factories.address(jane, NEW)
    signed_in.open("/account/emails")
    clock.move(RECENT)

    assert signed_in.press("primary-2").at == "/login/sign-in"
    assert signed_in.open("/account/emails").at == "/login/sign-in"
    assert db.session.get(User, jane.id).email == jane.email


def test_own_unconfirmed_address_is_confirmed_the_same_way(app, letters, db):
    """Accounts that an administrator has made: `flask user create` without --verified."""
    kim = factories.user("kim@people.example", email_verified=False)
    browser = browser_of(app, kim)

    added(browser, letters, kim.email)

    db.session.refresh(kim)
    assert kim.email_verified
