"""The software registered with us, and its secrets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import JSON, Date, ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clock import now
from app.database import Model, UTCDateTime
from app.security import secrets, uris


class Client(Model, ClientMixin):
    """A registered client (relying party).

    `registration` holds what clients.client_metadata validated, under the names of RFC 7591 and
    of our own policy fields. The methods are those Authlib asks of a client; each delegates.
    """

    __tablename__ = "client"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    registration: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Rises with every change; an edit made from an older one is refused.
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    #: It registered itself (RFC 7591): nobody here has verified who it is.
    self_registered: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Digest of its registration access token (RFC 7592).
    registration_digest: Mapped[str | None] = mapped_column(String(43))
    #: Since when it is noted what the client uses; None: not known.
    watched_since: Mapped[date | None] = mapped_column(Date, default=lambda: now().date())
    #: What was taken away last, so that it can be given back (see clients.least_privilege).
    tightened: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    secrets: Mapped[list[ClientSecret]] = relationship(
        back_populates="client", cascade="all, delete-orphan", order_by="ClientSecret.id"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own spelling)

    @property
    def is_disabled(self) -> bool:
        """Tell whether an administrator has turned the client off."""
        return self.disabled_at is not None

    @property
    def is_public(self) -> bool:
        """Tell whether the client cannot keep a secret."""
        return bool(self.setting("token_endpoint_auth_method") == "none")

    @property
    def is_native(self) -> bool:
        """Tell whether the client is installed on the person's device (RFC 8252)."""
        return bool(self.setting("application_type") == "native")

    def setting(self, name: str) -> Any:
        """Return one member of the registration, None when it was left out."""
        return self.registration.get(name)

    @property
    def scopes(self) -> frozenset[str]:
        """Return the scopes the client may ask for."""
        return frozenset((self.setting("scope") or "").split())

    @property
    def required_scopes(self) -> frozenset[str]:
        """Return the scopes that nobody can leave out and still use the client, beside openid."""
        return frozenset(self.setting("required_scopes") or ())

    def get_client_id(self) -> str:
        """Return the identifier on the wire."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Return none: OpenID Connect wants it in every request (OIDC Core §3.1.2.1)."""

    def get_allowed_scope(self, scope: str) -> str:
        """Return what of the requested scope the client may have, in the order asked."""
        return " ".join(dict.fromkeys(name for name in scope.split() if name in self.scopes))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether the redirect URI is registered."""
        return uris.matches(
            redirect_uri, self.setting("redirect_uris") or (), native=self.is_native
        )

    def secret_of(self, presented: str) -> ClientSecret | None:
        """Return which of the living secrets was presented; all of them are compared."""
        digest = secrets.digest(presented)
        alive = [kept for kept in self.secrets if kept.is_alive]
        fitting = [kept for kept in alive if secrets.same(digest, kept.digest)]
        return fitting[0] if fitting else None

    def check_client_secret(self, client_secret: str) -> bool:
        """Tell whether the secret is one of those alive."""
        return self.secret_of(client_secret) is not None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 (one for all)
        """Tell whether the method is the registered one; it holds at every endpoint."""
        return bool(method == self.setting("token_endpoint_auth_method"))

    def check_response_type(self, response_type: str) -> bool:
        """Tell whether the client is registered for the response type."""
        return response_type in (self.setting("response_types") or ())

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether the client is registered for the grant type."""
        return grant_type in (self.setting("grant_types") or ())


class ClientSecret(Model):
    """One of the secrets of a client: two may live at once, so that it can be rotated."""

    __tablename__ = "client_secret"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_pk: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(43))
    #: The last four characters, to tell two secrets apart.
    ending: Mapped[str] = mapped_column(String(4))
    #: The secret itself, encrypted, only for clients that sign or decrypt with it.
    sealed: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    client: Mapped[Client] = relationship(back_populates="secrets")

    @property
    def is_alive(self) -> bool:
        """Tell whether the secret still opens the door."""
        return self.expires_at is None or self.expires_at > now()
