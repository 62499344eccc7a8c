"""The page after a sign-out tells the truth (product.md 9, ux.md 2.10)."""

from __future__ import annotations

from app.services.authorization import logouts
from tests.oidc.logout.conftest import sign_out


def test_page_tells_who_is_being_told_and_who_was(used, remote, deliver):
    """product.md 9: logout that tells the truth."""
    sign_out(used)
    page = used.browser.answer.url
    assert used.browser.has("telling")

    deliver()

    used.browser.open(page)
    assert used.browser.has("told")
    assert not used.browser.has("telling")


def test_page_tells_who_was_not_reached(used, remote, deliver, clock):
    remote.replies.clear()
    sign_out(used)
    page = used.browser.answer.url
    for _ in range(logouts.TRIES_UNTIL_UNREACHED):
        deliver()
        clock.move(logouts.LONGEST_RETRY)

    used.browser.open(page)

    assert used.browser.has("still-open")
    assert not used.browser.has("told")


def test_page_of_a_session_is_not_for_applications(used, deliver):
    """An application knows the sid, and must not learn which others were used."""
    sign_out(used)

    for guess in (used.session.sid, f"{used.session.sid}.", f"{used.session.sid}.{'A' * 43}"):
        used.browser.open(f"/login/signed-out?of={guess}")
        assert not used.browser.has("telling")
