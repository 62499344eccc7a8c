"""Rendering: what templates say is the same as with Jinja's own words, said again or not."""

from __future__ import annotations

import pytest
from flask import render_template_string
from flask_babel import force_locale, gettext
from markupsafe import Markup

pytestmark = pytest.mark.one_engine
SIGN_IN = "{{ _('Sign in') }}"


@pytest.fixture
def request_context(app):
    """Return a request during which templates can be rendered."""
    with app.test_request_context():
        yield app


def plain(app, source):
    """Return a template of plain text, rendered."""
    return app.jinja_env.overlay(autoescape=False).from_string(source).render()


@pytest.mark.usefixtures("request_context")
def test_each_language_says_its_own_words_again_and_again():
    said = []
    for language in ("en", "fr", "de", "fr", "en"):
        with force_locale(language):
            said.append(render_template_string(SIGN_IN))

    assert said == ["Sign in", "Se connecter", "Anmelden", "Se connecter", "Sign in"]


@pytest.mark.usefixtures("request_context")
def test_values_are_escaped_each_time():
    source = "{{ _('to continue to %(client)s', client=name) }}"

    assert [render_template_string(source, name=name) for name in ("<b>", Markup("<b>"), "x")] == [
        "to continue to &lt;b&gt;",
        "to continue to <b>",
        "to continue to x",
    ]


@pytest.mark.parametrize("turn", ["first", "again"])
def test_plain_text_escapes_nothing(request_context, turn):
    source = "{{ _('to continue to %(client)s', client='<b>') }} {{ _(\"Confirm it's you\") }}"
    before = "" if turn == "first" else render_template_string('{{ _("Confirm it\'s you") }}')

    assert plain(request_context, source) == "to continue to <b> Confirm it's you"
    assert before in {"", "Confirm it's you"}


@pytest.mark.usefixtures("request_context")
def test_percent_sign_is_written_twice_and_stands_once():
    assert render_template_string("{{ _('100 %%') }}") == "100 %"


@pytest.mark.usefixtures("request_context")
def test_imported_template_knows_the_globals():
    source = "{% from 'components/csrf.html' import csrf %}{{ csrf() }}"

    assert 'name="csrf_token"' in render_template_string(source)


@pytest.mark.usefixtures("request_context")
def test_arabic_sentence_is_not_turned_by_a_latin_name():
    """UAX #9: a name keeps its own direction, and leaves that of the sentence alone."""
    source = "{{ _('to continue to %(client)s', client=name) }}"

    with force_locale("ar"):
        assert "\u2068Photo Box\u2069" in render_template_string(source, name="Photo Box")
        assert "\u2068" not in render_template_string(source, name=Markup("<bdi>x</bdi>"))
        assert "\u2068Jane\u2069" in gettext("%(name)s is an administrator.", name="Jane")
        assert gettext("%(num)s codes left", num="7") == "7 codes left"
    with force_locale("fr"):
        assert "\u2068" not in render_template_string(source, name="Photo Böx")
        assert gettext("%(name)s, 3", name="\u05d0") == "\u2068\u05d0\u2069, 3"
