"""Settings and branding: as they stand, previewed, refused."""

from __future__ import annotations

from typing import Any

from app.documents import settings_in_use
from app.settings import settings
from app.web.admin import looks
from app.web.admin.setting_groups import grouped
from app.web.admin.settings import BrandForm
from tests.gallery.people import Context, States, told

LOGOS = {"logo": "/static/favicon.svg", "logo_dark": "/static/logo.svg"}


def _settings(**changes: Any) -> Context:
    rows = [
        {
            **row,
            "words": "1 hour" if row["value"] == "PT1H" else "",
            "is_set_here": row["name"] == "service_name",
        }
        for row in settings_in_use(settings)
    ]
    known = {
        "form": BrandForm(formdata=None, data={"service_name": "Example ID"}),
        "look": "",
        "frames": [],
        "letter": "",
        "is_turned_rtl": True,
        "defaults": {
            "service_name": "Sealwax",
            "support_contact": "help@example.org",
            "privacy_url": "https://example.org/privacy",
            "terms_url": "",
        },
        "logos": {"logo": "", "logo_dark": ""},
        "is_preview": False,
        "groups": grouped(rows),
        "done": "",
    }
    return {**known, **changes}


def _frames(page: str) -> list[dict[str, str]]:
    return [{"scheme": one, "url": f"/__ui__/look/{page}/{one}"} for one in looks.SCHEMES]


def _mail() -> Context:
    letter = "Open this link to choose a new password.\n\n    https://id.example/login/reset\n"
    return _settings(look="mail", frames=_frames("mail"), letter=letter)


def _refused() -> Context:
    text = (
        "This cannot be read: its contrast is 1.7 to 1, and 4.5 is needed. "
        "The nearest that can is #87690f."
    )
    form = BrandForm(formdata=None, data={"accent": "#f2c063"})
    return _settings(form=told(form, accent=text), logos=LOGOS)


STATES: States = (
    ("admin/settings.html", "some", _settings),
    ("admin/settings.html", "saved", lambda: _settings(done="saved")),
    (
        "admin/settings.html",
        "look",
        lambda: _settings(look="sign-in", frames=_frames("sign-in")),
    ),
    (
        "admin/settings.html",
        "preview",
        lambda: _settings(is_preview=True, look="consent", frames=_frames("consent")),
    ),
    ("admin/settings.html", "mail", _mail),
    ("admin/settings.html", "refused", _refused),
)
