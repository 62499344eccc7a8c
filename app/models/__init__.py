"""The tables: one noun a class. Columns, constraints, one-line properties; no rules."""

from app.models.address import EmailClaim, EmailRevert, UserEmail
from app.models.agreement import TermsAgreement
from app.models.attempt import Attempt, AuditEvent
from app.models.audit import AuditChain, AuditSeal, DailyFigure
from app.models.branding import Branding
from app.models.client import Client, ClientSecret
from app.models.consent import Consent
from app.models.credential import Passkey, Password, RecoveryCode, Totp
from app.models.device_code import DeviceCode
from app.models.export import DataExport
from app.models.group import Group, Membership
from app.models.interaction import Interaction
from app.models.invitation import Invitation
from app.models.key import SigningKey
from app.models.logout import LogoutNotice
from app.models.ownership import ClientOwner
from app.models.redirect import AddressCapture, AddressUse
from app.models.registration import ClientLogo, InitialAccessToken, RemoteDocument, UsedAssertion
from app.models.scope import CustomScope
from app.models.session import (
    BrowserAccount,
    HalfSignIn,
    MailboxProof,
    Session,
    TrustedBrowser,
    UnsentForm,
)
from app.models.sighting import ClientAddress, KeyFetch, SignedTokens
from app.models.token import AccessToken, Family, RefreshToken, RevokedToken
from app.models.upkeep import Link, Mail, Throttle
from app.models.upstream import (
    PendingIdentity,
    UpstreamDomain,
    UpstreamIdentity,
    UpstreamProvider,
    UpstreamSignIn,
)
from app.models.use import ClientUse
from app.models.user import PasswordReset, ProfilePicture, SignUp, User
from app.models.user_import import UserImport

__all__ = [
    "AccessToken",
    "AddressCapture",
    "AddressUse",
    "Attempt",
    "AuditChain",
    "AuditEvent",
    "AuditSeal",
    "Branding",
    "BrowserAccount",
    "Client",
    "ClientAddress",
    "ClientLogo",
    "ClientOwner",
    "ClientSecret",
    "ClientUse",
    "Consent",
    "CustomScope",
    "DailyFigure",
    "DataExport",
    "DeviceCode",
    "EmailClaim",
    "EmailRevert",
    "Family",
    "Group",
    "HalfSignIn",
    "InitialAccessToken",
    "Interaction",
    "Invitation",
    "KeyFetch",
    "Link",
    "LogoutNotice",
    "Mail",
    "MailboxProof",
    "Membership",
    "Passkey",
    "Password",
    "PasswordReset",
    "PendingIdentity",
    "ProfilePicture",
    "RecoveryCode",
    "RefreshToken",
    "RemoteDocument",
    "RevokedToken",
    "Session",
    "SignUp",
    "SignedTokens",
    "SigningKey",
    "TermsAgreement",
    "Throttle",
    "Totp",
    "TrustedBrowser",
    "UnsentForm",
    "UpstreamDomain",
    "UpstreamIdentity",
    "UpstreamProvider",
    "UpstreamSignIn",
    "UsedAssertion",
    "User",
    "UserEmail",
    "UserImport",
]
