"""Where one begins when a form came back: at what is wrong (ux.md 2.0)."""

from __future__ import annotations

import pytest

from tests.chromium import visiting
from tests.gallery.served import with_chromium
from tests.gallery.states import STATES
from tests.transports import FlaskTransport

#: Fields and groups of them at which somebody is told what is wrong.
WRONG = '[aria-invalid="true"]:not([hidden]), fieldset:has(> .error)'
#: What only the source of such a page has.
SIGNS = ('id="errors"', 'aria-invalid="true"', 'class="error"')
#: Where the focus is: at the summary, where there is one; or else at the first such field.
BEGINS = """(wrong) => {
  const at = document.activeElement;
  const first = document.querySelector(".notice#errors") ?? document.querySelector(wrong);
  return !first || at === first ? "" : `${at.tagName} ${at.id}`;
}"""


def came_back(site, origin):
    """Return the addresses of the pages whose form came back."""
    addresses = [f"{origin}/__ui__/{state.path}" for state in STATES]
    transport = FlaskTransport(site)
    texts = {address: transport.send("GET", address).text for address in addresses}
    return [address for address, text in texts.items() if any(sign in text for sign in SIGNS)]


@with_chromium
def test_form_that_came_back_begins_at_what_is_wrong(origin, site):
    astray = {}
    with visiting(origin) as page:
        for address in came_back(site, origin):
            page.goto(address)
            if found := page.evaluate(BEGINS, WRONG):
                astray[address] = found

    assert not astray


@with_chromium
@pytest.mark.parametrize("path", ["account/security/wrong-password", "login/second_step/wrong"])
def test_form_needs_no_script_to_come_back(origin, path):
    with visiting(origin, java_script_enabled=False) as page:
        page.goto(f"{origin}/__ui__/{path}")

        assert page.locator(f".notice#errors, {WRONG}").count()


@with_chromium
def test_form_that_came_back_begins_there_whatever_its_address_points_at(origin):
    with visiting(origin) as page:
        page.goto(f"{origin}/__ui__/account/profile/faults#about")

        page.locator("#errors:focus").wait_for()
