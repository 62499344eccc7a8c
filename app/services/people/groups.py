"""Groups: make and change them, who belongs to them, and what they demand of their members."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Exists, Row, bindparam, delete, exists, func, select
from sqlalchemy.exc import IntegrityError

from app.database import db, insert_or, rows_changed
from app.errors import Conflict, NotFound
from app.models import Group, Membership, User
from app.services.authorization import sessions
from app.services.people import person_names, roles
from app.services.people.roles import HasRole, Holder, Permission
from app.services.upkeep import audit
from app.services.upkeep.audit import Event

GROUPS, MEMBERSHIPS, USERS = Group.__table__, Membership.__table__, User.__table__
PAGE_SIZE = 25
#: Names asked for in one statement: databases take no more than some ten thousand values.
MOST_NAMED = 1_000
_SIZE = (
    select(func.count())
    .where(MEMBERSHIPS.c.group_id == GROUPS.c.id)
    .scalar_subquery()
    .label("size")
)


class NameTaken(Conflict):
    """Another group has this name, or one that looks the same."""

    public = "There is a group with this name already."


def search(text: str = "", *, page: int = 1) -> tuple[Sequence[Row[Group, int]], int]:
    """Return one page of groups, each with its number of members, and how many there are."""
    wanted = select(Group)
    if text:
        wanted = wanted.where(Group.name.icontains(text, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ordered = wanted.add_columns(_SIZE).order_by(GROUPS.c.name_key)
    rows = db.session.execute(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return rows, total


def key_of(name: str) -> str:
    """Return the name of a group as it is compared."""
    return unicodedata.normalize("NFKC", person_names.one_line(name)).casefold()


def named(names: Iterable[str]) -> dict[str, Group]:
    """Return the groups of these names that there are, by the name as it is compared."""
    keys = sorted({key_of(name) for name in names})
    found: dict[str, Group] = {}
    for begin in range(0, len(keys), MOST_NAMED):
        some = GROUPS.c.name_key.in_(keys[begin : begin + MOST_NAMED])
        found |= {group.name_key: group for group in db.session.scalars(select(Group).where(some))}
    return found


def get(group_id: int) -> Group:
    """Return a group.

    Raises:
        NotFound: there is none.
    """
    group = db.session.get(Group, group_id)
    if group is None:
        raise NotFound("There is no such group.")
    return group


def get_to_change(group_id: int, *, by: Holder) -> Group:
    """Return a group, to be changed by somebody.

    Where a member has a role, it is nothing for somebody who may not give one: what it demands
    protects the member, and to be in it may be worth something to applications (security.md AD03).

    Raises:
        NotFound: there is none.
        HasRole: a member has a role, and `by` may not give any.
    """
    group = get(group_id)
    if not may_change(group, by=by):
        raise HasRole
    return group


def may_change(group: Group, *, by: Holder) -> bool:
    """Tell whether somebody who changes groups may change this one, see `get_to_change`."""
    if roles.permits(by, Permission.GIVE_ROLES):
        return True
    with_role = select(User.id).join(Membership, MEMBERSHIPS.c.user_id == USERS.c.id)
    wanted = with_role.where(MEMBERSHIPS.c.group_id == group.id, roles.HAS_ROLE)
    return db.session.scalar(wanted.limit(1)) is None


def create(name: str, *, description: str, requires_second_step: bool, by: int) -> Group:
    """Make a group without members.

    Raises:
        NameTaken: there is one with this name; of any number at once, one comes out of here.
    """
    group = Group(requires_second_step=requires_second_step)
    _name(group, name, description)
    audit.record(Event.GROUP_MADE, actor_id=by, group=group.name)
    return group


def update(
    group: Group, *, name: str, description: str, requires_second_step: bool, by: int
) -> None:
    """Change a group; members who are signed in with less than it demands from now on are not.

    Raises:
        NameTaken: another group has the name.
    """
    begins_to_demand = requires_second_step and not group.requires_second_step
    group.requires_second_step = requires_second_step
    _name(group, name, description)
    if begins_to_demand:
        members = select(MEMBERSHIPS.c.user_id).where(MEMBERSHIPS.c.group_id == group.id)
        sessions.end_weak(members)
    audit.record(
        Event.GROUP_CHANGED,
        actor_id=by,
        group=group.name,
        requires_second_step=requires_second_step,
    )


def remove(group: Group, *, by: int) -> None:
    """Delete a group; its members stay, and are free of what it demanded."""
    name = group.name
    db.session.execute(delete(GROUPS).where(GROUPS.c.id == group.id))
    audit.record(Event.GROUP_DELETED, actor_id=by, group=name)


def add_member(group: Group, user: User, *, by: int | None) -> None:
    """Put a user into a group; who is in it already stays in it."""
    row = insert_or(MEMBERSHIPS).values(group_id=group.id, user_id=user.id)
    added = rows_changed(row.on_conflict_do_nothing())
    if not added:
        return
    if group.requires_second_step:
        sessions.end_weak(select(USERS.c.id).where(USERS.c.id == user.id))
    audit.record(Event.MEMBER_ADDED, actor_id=by, user_id=user.id, group=group.name)


def remove_member(group: Group, user_id: int, *, by: int) -> None:
    """Take a user out of a group.

    Raises:
        NotFound: they are not in it.
    """
    gone = rows_changed(
        delete(MEMBERSHIPS).where(
            MEMBERSHIPS.c.group_id == group.id, MEMBERSHIPS.c.user_id == user_id
        )
    )
    if not gone:
        raise NotFound("There is no such member.")
    audit.record(Event.MEMBER_REMOVED, actor_id=by, user_id=user_id, group=group.name)


def members(group: Group, *, page: int = 1) -> tuple[Sequence[User], int]:
    """Return one page of the members of a group, and how many there are."""
    belongs = (MEMBERSHIPS.c.user_id == USERS.c.id) & (MEMBERSHIPS.c.group_id == group.id)
    total = db.session.scalar(
        select(func.count()).where(MEMBERSHIPS.c.group_id == group.id).select_from(MEMBERSHIPS)
    )
    wanted = select(User).join(Membership, belongs)
    ordered = wanted.order_by(func.lower(func.coalesce(User.name, User.email)), User.id)
    rows = db.session.scalars(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return rows, total or 0


def of_user(user_id: int) -> Sequence[Group]:
    """Return the groups a user belongs to, by name."""
    belongs = (MEMBERSHIPS.c.group_id == GROUPS.c.id) & (MEMBERSHIPS.c.user_id == user_id)
    return db.session.scalars(
        select(Group).join(Membership, belongs).order_by(GROUPS.c.name_key)
    ).all()


def demand_second_step_of(user_id: Any) -> Exists:
    """Return the condition that a group of a user, a column or parameter, demands a second step."""
    return exists().where(
        MEMBERSHIPS.c.user_id == user_id,
        MEMBERSHIPS.c.group_id == GROUPS.c.id,
        GROUPS.c.requires_second_step,
    )


#: Built once: it is asked for every page of the administration.
_DEMANDING = select(demand_second_step_of(bindparam("user_id")))


def demand_second_step(user_id: int) -> bool:
    """Tell whether a group of the user demands a second step of its members."""
    return bool(db.session.scalar(_DEMANDING, {"user_id": user_id}))


def _name(group: Group, name: str, description: str) -> None:
    """Write the names of a group.

    Raises:
        NameTaken: another group has the name.
    """
    group.name = person_names.one_line(name)
    group.name_key = key_of(group.name)
    group.description = person_names.one_line(description)
    try:
        with db.session.begin_nested():
            db.session.add(group)
            db.session.flush()
    except IntegrityError:
        raise NameTaken from None
