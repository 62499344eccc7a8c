"""What a trace keeps of a redirect URI that is not registered: causes, marks, never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import select

from app.database import db
from app.logs import SECRET_NAMES
from app.models import Client
from app.security import redirect_doctor, uris
from app.services.upkeep.memory import memory

#: Longer ones are explained without being shown or offered for adding.
LONGEST = 1_000
#: A value in the query that nobody registered, and that is as long as a secret.
LONGEST_VALUE = 24
SECRETIVE = SECRET_NAMES | uris.RESPONSE_PARAMETERS
JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.")


def explain(
    client: Client, sent: str, *, member: str = "redirect_uris"
) -> dict[str, str | list[Any]]:
    """Return the notes of a trace: `causes`, `nearest`, the marks, and `address` if it is clean."""
    registered = client.setting(member) or ()
    found = redirect_doctor.diagnose(sent[: uris.LONGEST_URI], registered)
    causes = list(found.causes)
    if _is_of_another(client, sent):
        causes = ["other_client"]
    notes: dict[str, str | list[Any]] = {"causes": causes}
    if len(sent) > LONGEST or not sent.isprintable() or _may_hold_secret(sent, registered):
        return notes
    notes |= {
        "nearest": found.nearest,
        "sent_marks": [list(mark) for mark in found.sent_marks],
        "nearest_marks": [list(mark) for mark in found.nearest_marks],
    }
    if uris.redirect_fault(sent, native=client.is_native) is None:
        notes["address"] = sent
    return notes


def shown(client: Client, sent: str, *, member: str = "redirect_uris") -> str:
    """Return the address as a trace shows it: one that may carry a secret loses its parameters."""
    if not _may_hold_secret(sent, client.setting(member) or ()):
        return sent
    head = re.split(r"[?#]", sent, maxsplit=1)[0].rpartition("@")[2]
    return f"{head}… (what may be a secret is left out)"


def _may_hold_secret(sent: str, registered: Iterable[str]) -> bool:
    """Tell whether an address may carry a token or a password, as some do by mistake."""
    if "swx_" in sent or JWT.search(sent):
        return True
    try:
        split = urlsplit(sent)
        pairs = parse_qsl(f"{split.query}&{split.fragment}", keep_blank_values=True)
    except ValueError:
        return True
    known = " ".join(registered)
    return "@" in split.netloc or any(
        name.lower() in SECRETIVE or (len(value) > LONGEST_VALUE and value not in known)
        for name, value in pairs
    )


def _is_of_another(client: Client, sent: str) -> bool:
    owners = memory().recall("redirect_uris", _owners)
    return bool(owners.get(sent, set()) - {client.id})


def _owners() -> dict[str, set[int]]:
    """Return who has registered each address; asked for refusals alone, and remembered."""
    owners: dict[str, set[int]] = {}
    for pk, registration in db.session.execute(select(Client.id, Client.registration)):
        for uri in registration.get("redirect_uris", ()):
            owners.setdefault(uri, set()).add(pk)
    return owners
