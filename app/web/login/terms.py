"""The terms, on a page of their own: for who has yet to agree to them as they are now."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import commit
from app.services.authorization.signed_in import SignedIn
from app.services.people import terms as rules
from app.settings import settings
from app.web import guards, leaving
from app.web.access import SIGNED_IN, needs
from app.web.forms import Form
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting, blueprint

AGREE, SIGN_OUT = "agree", "sign-out"


class TermsForm(Form):
    """Nothing but the CSRF field, which is bound to the session: the answer is this person's."""


@blueprint.route("/terms", methods=["GET", "POST"])
@needs(SIGNED_IN)
def terms() -> ResponseReturnValue:
    """Ask whether they agree, and go on; whoever does not is signed out."""
    waiting, person = pages.load(), guards.person()
    if person is None or not rules.are_owed_by(person):
        return pages.go_on(waiting, request.args.get("next", ""))
    if request.method == "POST" and request.form.get("answer") == SIGN_OUT:
        handle = waiting.handle if waiting else None
        back = url_for("browser.resume", handle=handle) if handle else None
        return leaving.end([person], return_url=back)
    is_answer = request.form.get("answer") == AGREE
    # Agreed to is what was shown: there may be another version since the page was made.
    if not is_answer or request.form.get("version") != settings.terms_version:
        page = _page(person, waiting)
        commit()  # the session was seen
        return page, 409 if is_answer else 200
    rules.agree(person.user_id, settings.terms_version, address=guards.address())
    commit()
    guards.look_again()
    return pages.go_on(waiting, request.args.get("next", ""))


def _page(person: SignedIn, waiting: Waiting | None) -> str:
    return render_template(
        "login/terms.html",
        form=TermsForm(),
        interaction=waiting.handle if waiting else None,
        client=waiting.client.name if waiting else None,
        account={"name": person.name or "", "email": person.email},
        version=settings.terms_version,
        have_changed=bool(person.terms_version),
    )
