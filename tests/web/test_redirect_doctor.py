"""An address that is not registered: explained, caught, and added by who may (product.md 2)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import AuditEvent
from app.services.authorization import attempts
from app.services.clients import clients, owners
from tests import factories
from tests.administrators import browser_of, visitor
from tests.relying_party import RelyingParty
from tests.transports import FlaskTransport

CALLBACK = "https://photos.example/callback"
SLASH = f"{CALLBACK}/"
OTHER = "https://images.example/back"


@pytest.fixture
def photo_box(db):
    """Return an application with one address."""
    return factories.client(client_name="Photo Box", redirect_uris=[CALLBACK])


@pytest.fixture
def admin(db):
    """Return an administrator."""
    return factories.admin()


@pytest.fixture
def desk(app, admin):
    """Return the administrator's browser."""
    return browser_of(app, admin)


def bring(browser, client, address):
    """Come with an authorization request for this address; return the reference of the page."""
    browser.open(
        f"/authorize?client_id={client.client_id}&response_type=code&redirect_uri={address}"
    )
    assert browser.status == 400
    return browser.element("reference").text


def registered(client):
    """Return the addresses on file."""
    return clients.get(client.client_id).setting("redirect_uris")


def test_stranger_sees_nothing_registered(app, photo_box):
    """ux.md 2.11: never leak registered addresses to anonymous eyes."""
    browser = visitor(app)
    bring(browser, photo_box, SLASH)

    assert browser.sees("redirect_uri is not registered")
    assert not browser.sees("slash at the end")
    assert not browser.has("add-address")
    shown = browser.shown.text.replace(SLASH, "")
    assert CALLBACK not in shown


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://photos.example/callback", "stands behind a proxy"),
        (f"{CALLBACK}%23done", "a part after #"),
        ("https://photos.example/*", "holds a star"),
    ],
)
def test_stranger_is_told_what_the_address_says_of_itself(app, photo_box, address, words):
    """ux.md 2.11: how to fix it, from the developer's own request."""
    browser = visitor(app)
    bring(browser, photo_box, address)

    assert words in browser.element("causes").text


def test_refused_parameter_stands_first_among_what_was_received(app, photo_box):
    """ux.md 2.11: the developer need not look for the address that was refused."""
    browser = visitor(app)
    bring(browser, photo_box, SLASH)

    text = browser.element("report").text
    assert text.index(SLASH) < text.index("response_type")
    assert browser.element("problem").get("lang") == "en"


def test_administrator_sees_the_difference_and_adds_the_address(desk, db, photo_box, admin):
    """Issue 5: explained character by character, and "Add this address" after a question."""
    reference = bring(desk, photo_box, SLASH)
    assert desk.sees("They differ by a slash at the end.")

    desk.follow("Add this address")
    assert registered(photo_box) == [CALLBACK]
    assert desk.element("address").text == SLASH
    desk.press("add")

    assert desk.at == f"/admin/applications/{photo_box.client_id}"
    assert desk.sees("The address is registered.")
    assert registered(photo_box) == [CALLBACK, SLASH]
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event == "client.redirect_uri_added")
    ).one()
    assert (event.actor_id, event.reference) == (admin.id, reference)
    assert event.details == {"uri": SLASH}


def test_trace_leads_to_adding(desk, app, photo_box):
    reference = bring(visitor(app), photo_box, OTHER)

    desk.open(f"/admin/attempts/{reference}").follow("Add this address")

    assert desk.sees("images.example is new for this application")


def test_address_cannot_be_added_by_opening_a_link(desk, app, photo_box):
    """security.md CS01: what changes something is posted, with its token."""
    reference = bring(visitor(app), photo_box, SLASH)
    where = f"/admin/applications/{photo_box.client_id}/addresses/{reference}"

    desk.open(where)
    desk.post(where, {})

    assert desk.status == 400
    assert registered(photo_box) == [CALLBACK]


@pytest.mark.parametrize(
    "address",
    ["http://photos.example/callback", "https://photos.example/*", "https://photos.example/a%23b%20"],
)  # fmt: skip
def test_unfit_address_is_never_offered(desk, photo_box, address):
    """security.md RU03: the rules of the client schema hold here as well."""
    sent = "http://photos.example/callback" if address.startswith("http:") else address
    reference = bring(desk, photo_box, sent)

    assert not desk.has("add-address")
    assert (
        desk.open(f"/admin/applications/{photo_box.client_id}/addresses/{reference}").status == 404
    )


def test_schema_has_the_last_word(desk, photo_box):
    """security.md: pairwise subjects need one host; the form says so and nothing is added."""
    row = clients.get(photo_box.client_id)
    clients.update(row, {"subject_type": "pairwise"})
    clients.turn_on(row)
    reference = bring(desk, photo_box, OTHER)

    desk.open(f"/admin/applications/{photo_box.client_id}/addresses/{reference}").press("add")

    assert desk.status == 422
    assert registered(photo_box) == [CALLBACK]


def test_attempt_of_another_application_adds_nothing(desk, app, photo_box):
    other = factories.client(redirect_uris=[OTHER])
    reference = bring(visitor(app), other, SLASH)

    where = f"/admin/applications/{photo_box.client_id}/addresses/{reference}"
    assert desk.open(where).status == 404


def test_only_administrators_add_and_capture(app, db, photo_box):
    """security.md AD01."""
    browser = browser_of(app, factories.user())
    reference = bring(browser, photo_box, SLASH)

    assert not browser.has("add-address")
    for path in (f"addresses/{reference}", "capture"):
        browser.post(f"/admin/applications/{photo_box.client_id}/{path}", {})
        assert browser.status in {400, 403, 404}, path
    assert registered(photo_box) == [CALLBACK]


def test_window_catches_the_next_unknown_address_and_accepts_nothing(desk, app, photo_box):
    """Issue 5: ten minutes, the first one that comes, one click to look at it."""
    page = f"/admin/applications/{photo_box.client_id}"
    bring(visitor(app), photo_box, "https://photos.example/before")
    desk.open(page).press("capture")
    assert desk.sees("Waiting until")

    bring(visitor(app), photo_box, SLASH)
    bring(visitor(app), photo_box, OTHER)

    desk.open(page)
    assert desk.element("caught").text == SLASH
    assert registered(photo_box) == [CALLBACK]
    desk.follow("Look at it").press("add")
    assert registered(photo_box) == [CALLBACK, SLASH]
    assert not desk.has("caught")


def test_window_closes_by_itself_and_by_hand(desk, app, photo_box, clock):
    page = f"/admin/applications/{photo_box.client_id}"
    desk.open(page).press("capture").press("stop")
    bring(visitor(app), photo_box, SLASH)
    assert not desk.open(page).has("caught")

    desk.press("capture")
    clock.move(minutes=11)
    bring(visitor(app), photo_box, SLASH)

    desk.open(page)
    assert not desk.has("caught")
    assert desk.has("capture")


def test_each_address_shows_the_day_of_its_last_use(desk, sign_in_to, photo_box, clock):
    """Issue 5: last use of every address; not to the second, which nobody needs."""
    page = f"/admin/applications/{photo_box.client_id}"
    assert "not used yet" in desk.open(page).element("uses").text

    sign_in_to(photo_box)

    shown = desk.open(page).element("uses").text
    assert "last used" in shown
    assert "not used yet" not in shown


@pytest.fixture
def sign_in_to(app, settings):
    """Return a function that lets somebody sign in to an application."""

    def walked(found):
        person = factories.user()
        rp = RelyingParty(
            FlaskTransport(app),
            settings.issuer,
            client_id=found.client_id,
            client_secret=found.secret,
            redirect_uri=CALLBACK,
        )
        return rp.sign_in(visitor(app), person.email, factories.PASSWORD)

    return walked


def test_secret_in_an_address_is_not_kept(desk, photo_box):
    """security.md AU: a token or a password that stands in an address by mistake."""
    reference = bring(desk, photo_box, f"{CALLBACK}?password=hunter2hunter2")

    kept = str([visit.checks for visit in attempts.search(reference)])
    assert "hunter2" not in kept
    assert not desk.has("add-address")


def test_owner_adds_an_address_to_what_is_theirs_alone(app, db, photo_box):
    """security.md AD03: as in the editor; nobody else's application is there for them."""
    owner = factories.user()
    owners.add(photo_box.client, owner)
    db.session.commit()
    foreign = factories.client(redirect_uris=[OTHER])
    browser = browser_of(app, owner)

    reference = bring(browser, foreign, SLASH)
    assert not browser.has("add-address")
    where = f"/admin/applications/{foreign.client_id}/addresses/{reference}"
    assert browser.open(where).status == 403

    bring(browser, photo_box, SLASH)
    browser.follow("Add this address").press("add")
    assert registered(photo_box) == [CALLBACK, SLASH]


def test_auditor_reads_and_changes_nothing(app, db, photo_box):
    """security.md AD01: the button is not shown, and not obeyed either."""
    browser = browser_of(app, factories.user(is_auditor=True))
    reference = bring(browser, photo_box, SLASH)

    assert browser.sees("slash at the end")
    assert not browser.has("add-address")
    assert not browser.open(f"/admin/attempts/{reference}").has("add-address")
    assert not browser.open(f"/admin/applications/{photo_box.client_id}").has("capture")
    where = f"/admin/applications/{photo_box.client_id}/addresses/{reference}"
    assert browser.open(where).status == 403
