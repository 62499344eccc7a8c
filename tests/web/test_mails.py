"""Mails: the same words as text and as HTML, one action, nothing fetched from anywhere."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest

from tests.gallery.site import make_site

ISSUER = "https://id.example"
NOON = datetime(2027, 3, 3, 12, 0, tzinfo=UTC)
MAILS = {
    "sign_up_code": {
        "code": "WDJB-MJHT",
        "link": f"{ISSUER}/login/confirm-email?token=swx_ec_x",
        "minutes": 30,
        "client": None,
    },
    "add_address": {
        "code": "WDJB-MJHT",
        "link": f"{ISSUER}/account/emails/link?token=swx_ea_x",
        "minutes": 30,
    },
    "prove_mailbox": {
        "code": "WDJB-MJHT",
        "minutes": 30,
        "reset_url": f"{ISSUER}/login/forgot",
    },
    "confirm_address": {"code": "WDJB-MJHT", "minutes": 30},
    "address_in_use": {"sign_in_url": f"{ISSUER}/login/sign-in"},
    "address_added": {
        "email": "new@people.example",
        "changed_at": NOON,
        "account_url": f"{ISSUER}/account/emails",
    },
    "primary_changed": {
        "email": "new@people.example",
        "changed_at": NOON,
        "link": f"{ISSUER}/login/revert-email?token=swx_er_x",
        "days": 7,
        "account_url": f"{ISSUER}/account/emails",
    },
    "primary_is_new": {
        "email": "new@people.example",
        "changed_at": NOON,
        "account_url": f"{ISSUER}/account/emails",
    },
    "test": {},
    "already_registered": {"sign_in_url": f"{ISSUER}/login/sign-in"},
    "account_notice": {
        "subject": "The second step was turned on",
        "sentence": "From now on a code from your authenticator app is asked for after it.",
        "changed_at": NOON,
        "account_url": f"{ISSUER}/account/security",
        "not_me_url": f"{ISSUER}/account/not-me",
    },
    "invitation": {
        "link": f"{ISSUER}/login/invitation?token=x",
        "inviter": "Jane Doe",
        "is_admin": True,
        "expires_at": datetime(2027, 3, 10, 12, 0, tzinfo=UTC),
    },
    "account_made": {
        "link": f"{ISSUER}/login/reset?token=x",
        "inviter": "Jane Doe",
        "expires_at": datetime(2027, 3, 10, 12, 0, tzinfo=UTC),
    },
    "export_ready": {
        "link": f"{ISSUER}/account/data/file?token=x",
        "days": 7,
        "not_me_url": f"{ISSUER}/account/not-me",
    },
    "password_changed": {
        "changed_at": NOON,
        "account_url": f"{ISSUER}/account/",
        "not_me_url": f"{ISSUER}/account/not-me",
    },
}
FETCHED = re.compile(r"<(img|link|script|iframe)\b|url\(|\bsrc=", re.IGNORECASE)
ADDRESS = re.compile(r"https?://[^\s\"<]+")


MAILS["account_notice"] |= {"device": "Firefox on Linux", "address": "192.0.2.7"}


@pytest.fixture(scope="module")
def site():
    """Return the application."""
    return make_site(ISSUER)


def _block(site, file, name, values):
    context = {"zone": UTC, **values}
    with site.test_request_context("/", base_url=ISSUER):
        site.update_template_context(context)
        template = site.jinja_env.get_template(f"email/{file}")
        return "".join(template.blocks[name](template.new_context(context)))


def _words(markup):
    return html.unescape(re.sub(r"<[^>]+>", " ", markup)).split()


@pytest.mark.parametrize(("name", "values"), MAILS.items(), ids=MAILS)
def test_both_parts_have_one_subject_of_one_line(site, name, values):
    plain = _block(site, f"{name}.txt", "subject", values)
    marked = _block(site, f"{name}.html", "subject", values)

    assert plain.strip()
    assert "\n" not in plain
    assert html.unescape(marked) == plain


@pytest.mark.parametrize(("name", "values"), MAILS.items(), ids=MAILS)
def test_both_parts_say_the_same(site, name, values):
    plain = _words(_block(site, f"{name}.txt", "body", values))
    marked = _words(_block(site, f"{name}.html", "body", values))

    assert plain[: len(marked)] == marked  # the plain part ends with the name of the service


@pytest.mark.parametrize(("name", "values"), MAILS.items(), ids=MAILS)
def test_mail_fetches_nothing_and_links_to_us_alone(site, name, values):
    context = {"zone": UTC, **values}
    with site.test_request_context("/", base_url=ISSUER):
        page = site.jinja_env.get_template(f"email/{name}.html")
        site.update_template_context(context)
        text = page.render(context)

    assert not FETCHED.search(text)
    assert all(address.startswith(ISSUER) for address in ADDRESS.findall(text))


def test_plain_part_is_not_escaped(site):
    values = {**MAILS["already_registered"], "sign_in_url": f"{ISSUER}/login/sign-in?a=1&b=2"}

    assert "a=1&b=2" in _block(site, "already_registered.txt", "body", values)
