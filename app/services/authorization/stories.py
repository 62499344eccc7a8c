"""Sign-ins as lists show them: one story for each reference, with how it stands now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, load_only

from app.clock import now
from app.database import LARGEST_ID, db
from app.models import Attempt
from app.settings import settings

#: What is read of visits that are not the last: their checks may be long.
NEEDED = (
    Attempt.reference,
    Attempt.endpoint,
    Attempt.outcome,
    Attempt.reason,
    Attempt.client_id,
    Attempt.user_id,
)


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one sign-in: its last visit, and the last refusal on the way there."""

    last: Attempt
    refused: Attempt | None = None
    client_id: str = ""
    user_id: int | None = None


def latest(
    *,
    outcome: str = "",
    client_id: str = "",
    user_id: int | None = None,
    among: Collection[str] | None = None,
    before: int = LARGEST_ID,
    most: int = 50,
) -> Sequence[Story]:
    """Return the newest sign-ins, each once, the one with the newest visit first.

    `outcome` is that of the last visit; only `refused` finds also what worked after a refusal.
    `before` is the id of the last visit seen so far. `among` leaves out the visits of all but
    these clients, as if there were none.
    """

    def seen(visit: Any) -> list[Any]:
        conditions = (
            (client_id, visit.client_id == client_id),
            (user_id is not None, visit.user_id == user_id),
            (among is not None, visit.client_id.in_(among or ())),
        )
        return [condition for applies, condition in conditions if applies]

    other = aliased(Attempt)
    same = (other.reference == Attempt.reference, *seen(other))
    wanted = [*seen(Attempt), ~exists().where(*same, other.id > Attempt.id)]
    if outcome == "refused":
        wanted.append(exists().where(*same, other.outcome == "refused"))
    elif outcome:
        wanted.append(Attempt.outcome == outcome)
    if before < LARGEST_ID:
        wanted.append(Attempt.id < before)
    found = select(Attempt).where(*wanted).order_by(Attempt.id.desc()).limit(most)
    return _told(db.session.scalars(found).all(), seen)


def _told(last: Sequence[Attempt], seen: Any) -> list[Story]:
    """Return the stories that end with these visits; what else they hold is read at once."""
    references = [visit.reference for visit in last]
    wanted = (Attempt.reference.in_(references), *seen(Attempt))
    found = select(Attempt).where(*wanted).order_by(Attempt.id.desc())
    visits = db.session.scalars(found.options(load_only(*NEEDED))).all()
    return [_story(end, [one for one in visits if one.reference == end.reference]) for end in last]


def _story(end: Attempt, visits: Sequence[Attempt]) -> Story:
    """Return one story; `visits` are all of it, newest first."""
    on_the_way = (one for one in visits if one.outcome == "refused" and one.id < end.id)
    return Story(
        last=end,
        refused=next(on_the_way, None),
        client_id=next((one.client_id for one in visits if one.client_id), ""),
        user_id=next((one.user_id for one in visits if one.user_id is not None), None),
    )


def is_left(visit: Attempt) -> bool:
    """Tell whether nobody came back while the request waited; one of a device waits less long."""
    return visit.outcome == "waiting" and now() - visit.at > settings.interaction_lifetime
