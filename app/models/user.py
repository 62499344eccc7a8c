"""A person, with everything an ID token may say about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, exists, false
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.clock import now
from app.database import Model, UTCDateTime
from app.models.ownership import ClientOwner
from app.security import secrets


class User(Model):
    """A person who signs in.

    `subject` is the public `sub`: random, never an address, never given to somebody else.
    `pairwise_key` is what the pairwise ones are made with: it leaves no page and no token.
    `passkey_handle` is how authenticators know the user: random, and of no other use.
    `epoch` rises with every security event; sessions and codes of an older epoch are dead.
    Columns named as in OIDC Core §5.1 hold the standard claims; what is unset is never sent.
    """

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), unique=True)
    pairwise_key: Mapped[str] = mapped_column(String(22), default=secrets.new_id, server_default="")
    passkey_handle: Mapped[str] = mapped_column(
        String(22), default=secrets.new_id, server_default=""
    )
    #: The primary address as its owner writes it, and as it is compared. A copy of its row in
    #: `user_email`: sign-in, tokens and userinfo read the user alone, in one statement.
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    email_verified: Mapped[bool] = mapped_column(default=False)
    #: The roles of the administration; what each may do is in people.roles.
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_user_manager: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_auditor: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether an application is theirs; asked of its table, so it is never out of date.
    is_owner: Mapped[bool] = column_property(
        exists().where(ClientOwner.user_id == id).correlate_except(ClientOwner)  # noqa: A003 (ours)
    )
    #: Nobody real: made for trying applications out, without a way in (people_for_tests).
    is_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether the password alone does not sign in: there is a factor beside it.
    has_second_step: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The version of the terms agreed to last. A copy of its row in `terms_agreement`: sign-in
    #: and authorization read the user alone.
    terms_version: Mapped[str] = mapped_column(String(60), default="", server_default="")
    #: Whether the page after the sign-up, which asks for further claims, is yet to be answered.
    details_due: Mapped[bool] = mapped_column(default=False, server_default=false())
    epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When the account is deleted for good; until then only its owner, or nobody, can keep it.
    deletion_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When a passkey was offered and not wanted.
    passkey_declined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    name: Mapped[str | None] = mapped_column(String(200))
    given_name: Mapped[str | None] = mapped_column(String(200))
    family_name: Mapped[str | None] = mapped_column(String(200))
    middle_name: Mapped[str | None] = mapped_column(String(200))
    nickname: Mapped[str | None] = mapped_column(String(200))
    preferred_username: Mapped[str | None] = mapped_column(String(200))
    profile: Mapped[str | None] = mapped_column(String(2000))
    picture: Mapped[str | None] = mapped_column(String(2000))
    website: Mapped[str | None] = mapped_column(String(2000))
    gender: Mapped[str | None] = mapped_column(String(100))
    birthdate: Mapped[str | None] = mapped_column(String(10))
    zoneinfo: Mapped[str | None] = mapped_column(String(100))
    locale: Mapped[str | None] = mapped_column(String(35))
    phone_number: Mapped[str | None] = mapped_column(String(50))
    phone_number_verified: Mapped[bool] = mapped_column(default=False)
    #: Members of the address claim (OIDC Core §5.1.1).
    address: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def is_disabled(self) -> bool:
        """Tell whether an administrator has turned the user off."""
        return self.disabled_at is not None

    @property
    def is_leaving(self) -> bool:
        """Tell whether the account is to be deleted."""
        return self.deletion_due_at is not None

    @property
    def shown_name(self) -> str:
        """Return the name pages use: the name, or else the address."""
        return self.name or self.email


class ProfilePicture(Model):
    """A picture that a person has uploaded, drawn anew by us and served from here."""

    __tablename__ = "profile_picture"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    #: What its address ends with: nobody guesses it, and another picture has another one.
    handle: Mapped[str] = mapped_column(String(22), unique=True)
    #: A square WebP.
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class SignUp(Model):
    """Somebody who asked for an account and has not yet proved the address.

    No user exists until the mailed code or link comes back: an address cannot be claimed ahead of
    its owner (CVE-2026-15611), and sign-in says nothing about it. A confirmed row stays until it
    expires, so that the link in the mail is never a dead end.
    """

    __tablename__ = "sign_up"

    #: Digest of the handle that the asking browser holds.
    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str | None] = mapped_column(String(200))
    given_name: Mapped[str | None] = mapped_column(String(200))
    family_name: Mapped[str | None] = mapped_column(String(200))
    #: Of the terms agreed to there; empty: none were asked about.
    terms_version: Mapped[str] = mapped_column(String(60), default="", server_default="")
    #: Empty when there is another way in: a passkey that is to be made, or `identity`.
    password_hash: Mapped[str] = mapped_column(String(200))
    #: Who it is at another provider, proved before: provider_id, issuer, subject, email.
    identity: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Keyed digest of the code; None when the address already has an account.
    code_digest: Mapped[str | None] = mapped_column(String(43))
    #: Digest of the token in the link; None likewise.
    link_digest: Mapped[str | None] = mapped_column(String(43), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    mails_sent: Mapped[int] = mapped_column(default=1)
    mailed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class PasswordReset(Model):
    """A mailed link that lets somebody choose a new password; used once, by deleting it."""

    __tablename__ = "password_reset"

    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: What it is bound to: the address it went to, and the user's epoch.
    email_key: Mapped[str] = mapped_column(String(320))
    epoch: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
