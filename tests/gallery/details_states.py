"""States of the page that asks for a few more details after a sign-up."""

from __future__ import annotations

from app.web import profile_form
from app.web.profile_form import ProfileForm
from tests.gallery.people import JANE, Context, States, told

ASKED = ("birthdate", "phone_number", "country")


def _details(*needed: str, client: str | None = "Photo Box", **faults: str) -> Context:
    form = ProfileForm(formdata=None, data={"birthdate": "31.1.90"} if faults else {})
    for name in set(profile_form.FIELDS) - set(ASKED):
        del form[name]
    return {
        "form": told(form, **faults) if faults else form,
        "interaction": "it_8fJ2" if client else None,
        "client": client,
        "account": {"name": JANE.name, "email": JANE.email},
        "fields": list(ASKED),
        "needed": list(needed),
    }


def _wrong() -> Context:
    return _details(
        "phone_number",
        birthdate="Write the date as YYYY-MM-DD, or the year alone.",
        phone_number="Fill this in: your account needs it here.",
    )


STATES: States = (
    ("login/details.html", "needed", lambda: _details("phone_number")),
    ("login/details.html", "skippable", lambda: _details(client=None)),
    ("login/details.html", "wrong", _wrong),
)
