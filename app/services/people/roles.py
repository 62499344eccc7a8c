"""Who may do what in the administration: the roles, the permissions, and the table between them.

This page is the whole policy. What no line of it allows is refused: every address declares the
permission it needs (web.access), and nobody has one that a role of theirs does not give.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum, auto
from typing import Protocol

from sqlalchemy import or_

from app.errors import Refused
from app.models import User
from app.services.people import users
from app.services.upkeep import audit
from app.services.upkeep.audit import Event


class Permission(StrEnum):
    """The closed list: what a page shows, or what a button does."""

    ENTER = auto()

    READ_DASHBOARD = auto()
    READ_AUDIT = auto()

    READ_APPLICATIONS = auto()
    REGISTER_APPLICATIONS = auto()
    CHANGE_APPLICATIONS = auto()
    CHANGE_SECRETS = auto()
    #: What decides about other people's data: trust, scopes, the members that are policy.
    CHANGE_POLICY = auto()
    SWITCH_APPLICATIONS = auto()
    DELETE_APPLICATIONS = auto()
    CHANGE_OWNERS = auto()
    LEAVE_APPLICATIONS = auto()
    READ_ATTEMPTS = auto()

    READ_USERS = auto()
    CHANGE_USERS = auto()
    DELETE_USERS = auto()
    GIVE_ROLES = auto()
    READ_INVITATIONS = auto()
    INVITE = auto()
    READ_GROUPS = auto()
    CHANGE_GROUPS = auto()

    READ_UPSTREAMS = auto()
    CHANGE_UPSTREAMS = auto()
    READ_SCOPES = auto()
    CHANGE_SCOPES = auto()
    READ_KEYS = auto()
    CHANGE_KEYS = auto()
    READ_SETTINGS = auto()
    CHANGE_SETTINGS = auto()
    READ_MAIL = auto()
    SEND_MAIL = auto()


class Role(StrEnum):
    """What somebody can be; several at once."""

    ADMINISTRATOR = auto()
    USER_MANAGER = auto()
    AUDITOR = auto()
    #: Nobody is given this one: who owns an application has it (clients.owners).
    APPLICATION_OWNER = auto()


#: What a role may do, to everything there is.
ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.USER_MANAGER: frozenset(
        {
            Permission.ENTER,
            Permission.READ_USERS,
            Permission.CHANGE_USERS,
            Permission.DELETE_USERS,
            Permission.READ_INVITATIONS,
            Permission.INVITE,
            Permission.READ_GROUPS,
            Permission.CHANGE_GROUPS,
        }
    ),
    # Sees all there is to see; no page shows a stored secret to anybody (security.md AD05).
    Role.AUDITOR: frozenset(
        {Permission.ENTER, *(each for each in Permission if each.startswith("read_"))}
    ),
    Role.APPLICATION_OWNER: frozenset({Permission.ENTER}),
}
#: What owners may do to what is theirs, and to nothing else.
ALLOWED_TO_OWN = frozenset(
    {
        Permission.READ_APPLICATIONS,
        Permission.CHANGE_APPLICATIONS,
        Permission.CHANGE_SECRETS,
        Permission.LEAVE_APPLICATIONS,
        Permission.READ_ATTEMPTS,
    }
)
#: Where it is kept that a user has a role that can be given.
COLUMNS = {
    Role.ADMINISTRATOR: "is_admin",
    Role.USER_MANAGER: "is_user_manager",
    Role.AUDITOR: "is_auditor",
}
#: The same for the database: somebody with any role.
HAS_ROLE = or_(User.is_admin, User.is_user_manager, User.is_auditor, User.is_owner)


class Holder(Protocol):
    """Somebody with roles: a user, or who is signed in."""

    @property
    def is_admin(self) -> bool: ...  # noqa: D102 (the columns of the user)
    @property
    def is_user_manager(self) -> bool: ...  # noqa: D102 (the columns of the user)
    @property
    def is_auditor(self) -> bool: ...  # noqa: D102 (the columns of the user)
    @property
    def is_owner(self) -> bool: ...  # noqa: D102 (the columns of the user)


class HasRole(Refused):
    """The user has a role: only those who give roles may touch the account."""

    public = "This person has a role in the administration. Only an administrator can change that."


class OwnRoles(Refused):
    """Nobody changes what they may do themselves."""

    public = "These are your own roles: another administrator must change them."


def of(holder: Holder) -> list[Role]:
    """Return the roles of somebody, the strongest first."""
    given = [role for role, column in COLUMNS.items() if getattr(holder, column)]
    return [*given, Role.APPLICATION_OWNER] if holder.is_owner else given


def permits(holder: Holder, permission: Permission) -> bool:
    """Tell whether somebody may do this to everything there is."""
    return any(permission in ALLOWED[role] for role in of(holder))


def permits_to_own(holder: Holder, permission: Permission) -> bool:
    """Tell whether somebody may do this to the applications that are theirs."""
    return holder.is_owner and permission in ALLOWED_TO_OWN


def may_change(holder: Holder, user: User) -> bool:
    """Tell whether somebody who changes users may change this one.

    Whoever gets hold of an account has its rights: a password link, a reset of the second step, a
    confirmed address of somebody with a role would be a way to them (security.md AD03).
    """
    return permits(holder, Permission.GIVE_ROLES) or not of(user)


def get_to_change(user_id: int, *, by: Holder) -> User:
    """Return a user, to be changed by somebody.

    Raises:
        NotFound: there is none.
        HasRole: they are not theirs to change.
    """
    user = users.get(user_id)
    check_may_change(user, by=by)
    return user


def check_may_change(user: User, *, by: Holder) -> None:
    """Look whether somebody who changes users may change this one, see `may_change`.

    Raises:
        HasRole: they may not.
    """
    if not may_change(by, user):
        raise HasRole


def give(user: User, wanted: Iterable[Role], *, by: int | None = None, address: str = "") -> None:
    """Let a user have these roles and no others; it counts from the next request on, everywhere.

    `by` is None for whoever commands the machine.

    Raises:
        OwnRoles: it is the user's own doing.
        LastAdministrator: nobody would be left to administer; the caller rolls back.
    """
    if user.id == by:
        raise OwnRoles
    wanted = frozenset(wanted)
    users.lock_administrators()
    changed = {
        role: role in wanted
        for role, column in COLUMNS.items()
        if getattr(user, column) != (role in wanted)
    }
    for role, has_it in changed.items():
        setattr(user, COLUMNS[role], has_it)
        event = Event.ROLE_GIVEN if has_it else Event.ROLE_TAKEN
        audit.record(event, actor_id=by, user_id=user.id, address=address, role=role.value)
    if changed.get(Role.ADMINISTRATOR) is False:
        users.check_administrator_left()
