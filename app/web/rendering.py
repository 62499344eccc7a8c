"""Rendering: Jinja's and Flask-Babel's way, without what every page would do anew for nothing."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.services.upkeep.languages import DEFAULT
from app.web.isolates import isolated


class Templates(Environment):
    """Flask's environment, whose templates know their globals for good."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template finds without being given it.

        Jinja's chain of mappings is compared name by name, whenever a template imports another.
        """
        return {**self.globals, **(d or {})}


def english(text: str) -> Markup:
    """Return a sentence of the protocol, which stays in English on every page, as HTML."""
    return Markup('<bdi lang="en" dir="ltr">{}</bdi>').format(text)


def init_app(app: Flask) -> None:
    """Let templates find again what they have said before; Flask-Babel's words come first."""
    #: What was said in a language, in HTML or plain text, by what it is in English.
    said: dict[tuple[str, bool], dict[str, str]] = {}

    @pass_eval_context
    def gettext(context: EvalContext, sentence: str, /, **values: Any) -> str:
        """Return a sentence in the language of the page, as Jinja's own does; values are escaped.

        A translation is a format even without values (`100 %%`).
        """
        locale = get_locale()
        kind = (locale.language if locale else DEFAULT, bool(context.autoescape))
        known = said.setdefault(kind, {})
        found = known.get(sentence)
        if found is None:
            words: str = get_translations().ugettext(sentence)
            found = known[sentence] = Markup(words) if context.autoescape else words  # noqa: S704 (ours)
        return found % isolated(values) if "%" in found else found

    app.jinja_env.globals.update(_=gettext, gettext=gettext)
