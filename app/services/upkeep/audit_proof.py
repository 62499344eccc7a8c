"""Whether the audit log is what was written: every link of its chain is made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from app.database import reading
from app.security import seals
from app.services.upkeep import audit_chain
from app.services.upkeep.audit_chain import CHAIN, EVENTS, SEALS, hash_of, what_of, who_of
from app.settings import settings

CHUNK = 1000
#: More of one kind say no more.
MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written.

    `kind` is `changed`, `removed` (the row), `cut` (links of the chain), `added` (a row that was
    never sealed), `taken` (something was taken, and not by us), `end` (of the chain) or `file` (the
    signature under one).
    """

    kind: str
    position: int | None = None
    event_id: int | None = None


@dataclass
class Proof:
    """What a walk along the chain has found; `expected` is an end written down earlier."""

    expected: tuple[int, str] | None = None
    #: Whether every link from the first on is walked.
    is_whole: bool = True
    position: int = 0
    hash: str = seals.START
    rows: int = 0
    forgotten: int = 0
    swept: int = 0
    unsealed: int = 0
    faults: list[Fault] = field(default_factory=list)

    def note(self, kind: str, position: int | None = None, event_id: int | None = None) -> None:
        """Note a fault."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(kind, position, event_id))

    def take(self, seal: Any, event: Any, *, before: str | None = None) -> None:
        """Walk on by one link; `before` is what the link says it follows."""
        follows = self.position + 1 == seal.first
        if follows and before not in {None, self.hash}:
            self.note("changed", seal.position, seal.event_id)
        elif self.is_whole and not follows:
            self.note("cut", self.position + 1)
        else:
            self._look_at(seal, event, self.hash if follows else before or "")
        if self.expected is not None and self.expected[0] == seal.position:
            self._compare(seal)
        self.position, self.hash = seal.position, seal.hash

    def _look_at(self, seal: Any, event: Any, before: str) -> None:
        kind = fault_of(seal, event, before=before)
        if kind:
            self.note(kind, seal.position, seal.event_id)
        if seal.event_id is None:
            self.swept += seal.position - seal.first + 1
        else:
            self.rows += 1
            self.forgotten += not (seal.who_salt and seal.what_salt)

    def _compare(self, seal: Any) -> None:
        if self.expected is not None and seal.hash != self.expected[1]:
            self.note("end", seal.position)
        self.expected = None

    def finish(self, state: Any) -> None:
        """Look whether the chain ends where our signature says."""
        if self.expected is not None:
            self.note("end", self.expected[0])
        if state is None:
            if self.position:
                self.note("end", self.position)
            return
        signed = audit_chain.signed_of_state(state)
        is_ours = seals.is_signed(settings.encryption_keys, state["signature"], *signed)
        if not is_ours or (state["position"], state["hash"]) != (self.position, self.hash):
            self.note("end", state["position"])


def fault_of(seal: Any, event: Any, *, before: str) -> str:
    """Return what is wrong with one link and its row, empty when nothing is."""
    if seal.event_id is not None:
        if event is None:
            return "removed"
        if _differs(seal, event) or seal.hash != hash_of(
            before, seal.position, event, who=seal.who, what=seal.what
        ):
            return "changed"
        if seal.who_salt and seal.what_salt:
            return ""
    signed = audit_chain.signed_of_seal(seal, before=before)
    is_ours = seals.is_signed(settings.encryption_keys, seal.released, *signed)
    return "" if is_ours else "taken"


def _differs(seal: Any, event: Any) -> bool:
    """Tell whether the row is not the one that was sealed; what was forgotten has to be empty."""
    who = who_of(seal.who_salt, event) == seal.who if seal.who_salt else event.address == ""
    if seal.what_salt:
        return not (who and what_of(seal.what_salt, event) == seal.what)
    return not (who and (event.user_id or 0) < 0 and event.details == {})


def of_database(expected: tuple[int, str] | None = None) -> Proof:
    """Walk along the whole chain in the database.

    Meanwhile others seal and sweep: what looks wrong is looked at once more.
    """
    proof = _walk(expected)
    return _walk(expected) if proof.faults else proof


def _walk(expected: tuple[int, str] | None) -> Proof:
    proof = Proof(expected)
    with reading() as connection:
        state = connection.execute(select(CHAIN)).mappings().one_or_none()
    end = state["position"] if state else None
    for seal, event in links(end):
        proof.take(seal, event)
    proof.finish(state)
    _look_for_unsealed(proof, state["horizon"] if state else 0)
    return proof


def _look_for_unsealed(proof: Proof, horizon: int) -> None:
    with reading() as connection:
        wanted = (
            select(EVENTS.c.id)
            .outerjoin(SEALS, SEALS.c.event_id == EVENTS.c.id)
            .where(SEALS.c.position.is_(None))
        )
        added = wanted.where(EVENTS.c.id <= horizon).order_by(EVENTS.c.id).limit(MOST_FAULTS)
        for event_id in connection.scalars(added).all():
            proof.note("added", event_id=event_id)
        young = wanted.where(EVENTS.c.id > horizon).subquery()
        proof.unsealed = connection.scalar(select(func.count()).select_from(young)) or 0


@dataclass(frozen=True, slots=True)
class RowProof:
    """What the seal of one row says: `waiting`, `whole`, or the kind of its fault."""

    state: str
    position: int = 0
    hash: str = ""
    is_forgotten: bool = False


def of_row(event: Any) -> RowProof:
    """Look at the seal of one row, and at the link before it."""
    before = SEALS.alias("before")
    wanted = (
        select(SEALS, before.c.hash.label("follows"))
        .outerjoin(before, before.c.position == SEALS.c.first - 1)
        .where(SEALS.c.event_id == event.id)
    )
    with reading() as connection:
        seal = connection.execute(wanted).one_or_none()
    if seal is None:
        return RowProof("waiting")
    kind = fault_of(seal, event, before=seal.follows or seals.START)
    forgotten = not (seal.who_salt and seal.what_salt)
    return RowProof(kind or "whole", seal.position, seal.hash, forgotten)


def links(end: int | None) -> Iterator[tuple[Any, Any]]:
    """Yield every seal with its row, None where there is none; what is sealed meanwhile waits."""
    wanted = select(SEALS, *_labelled()).outerjoin(EVENTS, EVENTS.c.id == SEALS.c.event_id)
    if end is not None:
        wanted = wanted.where(SEALS.c.position <= end)
    after = 0
    while True:
        page = wanted.where(SEALS.c.position > after).order_by(SEALS.c.position).limit(CHUNK)
        with reading() as connection:
            found = connection.execute(page).all()
        for row in found:
            yield row, _Event(row) if row.event_of_id is not None else None
        if len(found) < CHUNK:
            return
        after = found[-1].position


def _labelled() -> list[Any]:
    return [column.label(f"event_of_{column.name}") for column in EVENTS.columns]


class _Event:
    """The audit row in a row of a join."""

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, f"event_of_{name}")
