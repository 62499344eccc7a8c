"""Clients that register themselves (RFC 7591), and what lets them in.

Whatever they send is validated by the one schema of all clients. Policy is not theirs to set: what
an administrator has decided stays as it is, also when a client replaces its registration.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, select, update

from app.clock import now
from app.database import db, rows_changed
from app.errors import InvalidInput, NotFound, Refused
from app.models import Client, InitialAccessToken
from app.security import secrets, uris
from app.services.clients import client_metadata, clients, scopes
from app.services.clients.client_schema import DEVICE_CODE, LONGEST_NAME, POLICY, ClientMetadata
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings

INITIAL_TOKENS = InitialAccessToken.__table__
LONGEST_NOTE = 200
NAMELESS = "Application"
MACHINES = "client_credentials"


class TokenRefused(Refused):
    """The token does not let anybody register or manage this client."""

    public = "This token doesn't work here."


def new_initial_token(
    note: str, *, uses: int | None, lifetime: timedelta, by: int | None = None
) -> tuple[InitialAccessToken, str]:
    """Make a token that lets its holder register clients; return it with its value, kept nowhere.

    `uses` is how many clients; None is any number.
    """
    token = secrets.new_token("ia")
    row = InitialAccessToken(
        digest=secrets.digest(token),
        note=note[:LONGEST_NOTE],
        uses_left=uses,
        expires_at=now() + lifetime,
        created_by_id=by,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(Event.INITIAL_TOKEN_MADE, actor_id=by, token=row.id)
    return row, token


def initial_tokens() -> Sequence[InitialAccessToken]:
    """Return every initial access token, the newest first."""
    return db.session.scalars(
        select(InitialAccessToken).order_by(InitialAccessToken.id.desc())
    ).all()


def revoke_initial_token(token_id: int, *, by: int | None = None) -> None:
    """Let nobody else in with it; clients it has let in stay.

    Raises:
        NotFound: there is none.
    """
    row = db.session.get(InitialAccessToken, token_id)
    if row is None:
        raise NotFound("There is no initial access token with this number.")
    row.revoked_at = row.revoked_at or now()
    db.session.flush()
    audit.record(Event.INITIAL_TOKEN_REVOKED, actor_id=by, token=row.id)


def use_initial_token(token: str) -> None:
    """Use it once; of any number of requests at once, as many come out of here as it has uses.

    Raises:
        TokenRefused: unknown, used up, revoked or expired.
    """
    used = rows_changed(
        update(INITIAL_TOKENS)
        .where(_lets_in(token))
        .values(uses_left=INITIAL_TOKENS.c.uses_left - 1)
    )
    if not used:
        raise TokenRefused


def is_initial_token(token: str) -> bool:
    """Tell whether it would let somebody in now, without using it."""
    wanted = select(INITIAL_TOKENS.c.id).where(_lets_in(token))
    return db.session.scalar(wanted) is not None


def _lets_in(token: str) -> Any:
    return and_(
        INITIAL_TOKENS.c.digest == secrets.digest(token),
        INITIAL_TOKENS.c.expires_at > now(),
        INITIAL_TOKENS.c.revoked_at.is_(None),
        INITIAL_TOKENS.c.uses_left.is_(None) | (INITIAL_TOKENS.c.uses_left > 0),
    )


def register(metadata: ClientMetadata) -> tuple[Client, str | None, str]:
    """Register a client as it describes itself; return it with secret and registration token."""
    token = secrets.new_token("ra")
    client, secret = clients.register(metadata, registration_token=token)
    return client, secret, token


def proposed(members: dict[str, Any], client: Client | None = None) -> ClientMetadata:
    """Return what would be registered: the client's own members, and policy that is not theirs.

    `client` is who replaces its registration.

    Raises:
        InvalidInput: names the member that may not be so, or names another client.
    """
    if client is not None:
        _check_identity(client, members)
    policy = _own_policy(members) if client is None else _policy_of(client, members)
    own = {name: value for name, value in members.items() if name not in POLICY}
    own = {name: value for name, value in own.items() if value is not None}
    _refuse_legacy(own)
    _refuse_machines(own)
    own.setdefault("client_name", _name_for(own))
    own.setdefault("scope", scopes.join(scopes.NAMES))
    return client_metadata.validate({**own, **policy})


def _refuse_legacy(members: dict[str, Any]) -> None:
    """Refuse response types that this deployment does not offer."""
    asked = members.get("response_types")
    others = [one for one in asked if one != "code"] if isinstance(asked, list) else []
    if others and not settings.legacy_response_types:
        raise InvalidInput("response_types", "Only the response type code is offered here.")


def _refuse_machines(members: dict[str, Any]) -> None:
    """Let strangers sign people in at an address of theirs and nothing else.

    A token that anybody can get for the asking, signed by us, would fool an API that looks at
    issuer and signature alone. A code that somebody is talked into typing leads to no address: the
    page could not say who gets the access (RFC 8628 §5.4).
    """
    asked = members.get("grant_types")
    for grant in (MACHINES, DEVICE_CODE):
        if settings.registration == "open" and isinstance(asked, list) and grant in asked:
            raise InvalidInput("grant_types", f"{grant} needs an administrator or a token.")


def _own_policy(members: dict[str, Any]) -> dict[str, Any]:
    """Return the policy a self-registered client starts with: certification sends no PKCE."""
    return {"pkce_required": members.get("token_endpoint_auth_method") == "none"}


def _name_for(members: dict[str, Any]) -> str:
    """Return what people see of a client that gives no name: where it takes them."""
    addresses = members.get("redirect_uris")
    first = addresses[0] if isinstance(addresses, list) and addresses else None
    host = uris.host_of(first) if isinstance(first, str) and first.isascii() else ""
    return host[:LONGEST_NAME] or NAMELESS


def find(client_id: str, token: str) -> Client:
    """Return the client that this registration access token manages.

    Raises:
        TokenRefused: no such client, or not its token; which of both is not told.
    """
    wanted = select(Client).where(Client.client_id == client_id).options(clients.WITH_SECRETS)
    client: Client | None = db.session.scalar(wanted)
    kept = (client.registration_digest if client else None) or secrets.digest("")
    if not secrets.same(secrets.digest(token), kept) or client is None or client.is_disabled:
        raise TokenRefused
    return client


def _check_identity(client: Client, members: dict[str, Any]) -> None:
    """Refuse a replacement that speaks of another client (RFC 7592 §2.2)."""
    if members.get("client_id") != client.client_id:
        raise InvalidInput("client_id", "The client_id must be that of the client.")
    secret = members.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and client.check_client_secret(secret)):
        raise InvalidInput("client_secret", "The client_secret is not that of the client.")


def _policy_of(client: Client, members: dict[str, Any]) -> dict[str, Any]:
    """Return the policy of a client; what it will not ask for any more cannot be required of it."""
    policy = {name: client.registration[name] for name in POLICY if name in client.registration}
    asked = members.get("scope")
    if isinstance(asked, str):
        policy["required_scopes"] = sorted(client.required_scopes.intersection(asked.split()))
    return policy


def replace(client: Client, metadata: ClientMetadata) -> str | None:
    """Replace what the client has registered (RFC 7592 §2.2); return a new secret if it got one.

    Raises:
        Conflict: somebody else has changed it meanwhile.
    """
    clients.update(client, metadata.model_dump(mode="json"))
    return None if clients.has_usable_secret(client) else clients.renew_secret(client)


def delete(client: Client) -> None:
    """Remove the client with everything issued to it (RFC 7592 §2.3)."""
    clients.delete(client)


def registered(client: Client) -> dict[str, Any]:
    """Return what is registered, as the client may see it: no policy, nothing that is unset.

    A client that asked for no scope may use every one; told so, some libraries give up because
    they do not know them all.
    """
    everything = scopes.join(scopes.NAMES)
    return {
        name: value
        for name, value in client.registration.items()
        if name in ClientMetadata.model_fields
        and name not in POLICY
        and value not in ("", None)
        and (name, value) != ("scope", everything)
    }
