"""Mails that tell people what was done with their account: it may not have been them."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext as ngettext

from app.clock import now
from app.models import User
from app.services.people.arrivals import Arrival
from app.services.upkeep import branding, mail
from app.settings import settings

#: A sign-in after so many tries that did not work is worth a mail (security.md LG08).
MANY_TRIES = 5


def tell(
    user: User,
    subject: LazyString,
    sentence: LazyString,
    *,
    asked: bool = True,
    device: str = "",
    address: str = "",
) -> None:
    """Mail the owner of an account what was done, and from where (security.md MF06, LG08).

    The words are lazy: the mail is written in its reader's language. `asked` is False when
    somebody else has done it.
    """
    mail.enqueue(
        "account_notice",
        to=user.email,
        reader=user,
        asked=asked,
        subject=subject,
        sentence=sentence,
        changed_at=now(),
        account_url=f"{settings.issuer}/account/security",
        device=device,
        address=address,
    )


def of_sign_in(user: User, arrival: Arrival, *, device: Callable[[], str], address: str) -> None:
    """Tell the owner of a sign-in that is out of the ordinary; before its session is opened.

    The first one of all is none: whoever has just made an account knows. Mail goes out later, so
    the answer takes no longer.
    """
    has_new_browser = user.last_sign_in_at is not None and not arrival.is_known
    if arrival.refused < MANY_TRIES and not has_new_browser:
        return
    service = branding.current().service_name
    if arrival.refused >= MANY_TRIES:
        subject = _("Sign-in after many tries")
        sentence = ngettext(
            "Somebody signed in to your account at %(service)s, after %(num)d wrong try.",
            "Somebody signed in to your account at %(service)s, after %(num)d wrong tries.",
            arrival.refused,
            service=service,
        )
    else:
        subject = _("Sign-in with a new browser")
        sentence = _(
            "Somebody signed in to your account at %(service)s with a browser that has not been "
            "used for it before.",
            service=service,
        )
    # Whoever it was may not have been the owner: not in the language of their pages.
    tell(user, subject, sentence, asked=False, device=device(), address=address)
