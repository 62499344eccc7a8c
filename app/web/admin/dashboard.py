"""The first page: what needs attention, how things go, what happened last (ux.md 2.16)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _

from app.services.people.roles import Permission
from app.services.upkeep import audit_search, figures
from app.services.upkeep.audit_search import Wanted
from app.services.upkeep.figures import WEEK, Figures
from app.web.access import needs
from app.web.admin import attention, audit_words, chart, checklist
from app.web.admin.entrance import blueprint

RECENT = 8
COUNTED = ("sign_ins", "refused", "accounts", "consents")


@blueprint.get("/overview", endpoint="dashboard")
@needs(Permission.READ_DASHBOARD)
def overview() -> ResponseReturnValue:
    """Show the state of the house on one page."""
    lately = figures.lately(COUNTED)
    return render_template(
        "admin/dashboard.html",
        points=attention.points(),
        tasks=checklist.tasks(),
        figures=[
            _count(lately, "sign_ins", _("Sign-ins")),
            _share(lately),
            _count(lately, "accounts", _("New accounts")),
            _count(lately, "consents", _("Decisions about access")),
        ],
        chart=chart.of(lately, "sign_ins", "refused"),
        recent=audit_words.lines(audit_search.latest(Wanted(), most=RECENT)),
    )


def _count(lately: Figures, group: str, label: str) -> dict[str, Any]:
    """Return a figure: how often in the last seven days, and whether that is more than before."""
    week, before, today = lately.last_week(group), lately.week_before(group), lately.today(group)
    return {
        "label": label,
        "value": format_decimal(week),
        "trend": _trend(week, before, str(format_decimal(before))),
        "today": _("%(number)s today", number=format_decimal(today)),
        "url": _place(lately, group),
    }


def _share(lately: Figures) -> dict[str, Any]:
    """Return how many of a hundred sign-ins were refused."""
    share = _of(lately.last_week("refused"), lately.last_week("sign_ins"))
    before = _of(lately.week_before("refused"), lately.week_before("sign_ins"))
    return {
        "label": _("Refused sign-ins"),
        "value": format_percent(share, "0.0%"),
        "trend": _trend(round(share, 3), round(before, 3), format_percent(before, "0.0%")),
        "today": _("%(number)s today", number=format_decimal(lately.today("refused"))),
        "url": _place(lately, "refused"),
    }


def _of(refused: int, worked: int) -> float:
    return refused / (refused + worked) if refused else 0.0


def _trend(here: float, before: float, shown: str) -> str:
    """Say how a figure has changed; an arrow alone says nothing to a screen reader."""
    if here > before:
        return str(_("up from %(before)s", before=shown))
    if here < before:
        return str(_("down from %(before)s", before=shown))
    return str(_("as in the week before"))


def _place(lately: Figures, group: str) -> str:
    first = lately.days[-1] - timedelta(days=WEEK)
    return url_for("admin.audit", event=group, since=str(first))
