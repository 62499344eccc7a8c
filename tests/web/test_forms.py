"""Forms: their inputs are written as WTForms writes them, and none is taken without its value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from wtforms.widgets.core import html_params

from app.web.csrf import csrf
from app.web.forms import attributes
from tests.factories import PASSWORD

pytestmark = pytest.mark.one_engine
NAMES = st.from_regex(r"\A(data_|aria_|)[a-z]{1,8}(_[a-z]{1,4})?_{0,2}\Z")
TEXTS = st.text("<>&\"' %{}ax", max_size=12)
VALUES = st.one_of(st.booleans(), st.integers(), TEXTS, TEXTS.map(Markup))


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_attributes_are_those_of_wtforms(named):
    assert attributes(**named) == html_params(**named)


def test_only_protocol_endpoints_take_a_post_without_csrf_value():
    """security.md SE07: the forms themselves look for nothing; every POST is checked before."""
    exempt = csrf._exempt_views  # noqa: SLF001 (Flask-WTF tells nobody else)

    assert exempt
    assert not csrf._exempt_blueprints  # noqa: SLF001 (as above)
    assert {name for name in exempt if not name.startswith("app.web.endpoints.")} == set()


def test_form_without_its_value_does_nothing(browser, jane):
    filled = browser.open("/login/sign-in").fill("sign-in", username=jane.email, password=PASSWORD)
    fields = {name: value for name, value in filled.fields if name != "csrf_token"}

    browser.post("/login/sign-in", fields)

    assert browser.status == 400
    assert browser.open("/account").shown.url.endswith("/login/sign-in?next=/account/")
