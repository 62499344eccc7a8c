"""Doors: what lets Jane in beside her password, and what may do so soon.

Each is made as people make it, and tried as people try it; looking at a link uses nothing up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.database import db
from app.models import UpstreamIdentity, User
from app.security import secrets
from app.services.people import (
    address_changes,
    address_claims,
    browser_accounts,
    export_files,
    invitations,
    pending_identities,
    upstreams,
)
from app.services.people.pending_identities import Told
from app.services.people.upstream_wishes import Wanted
from tests import factories, passkey_pages
from tests.authenticator import Authenticator
from tests.browser import Browser, Cookie
from tests.pages import Element
from tests.secrets_seen import remember
from tests.upstream_host import CLIENT_ID, JANE, SECRET, UpstreamHost

if TYPE_CHECKING:
    from tests.events.scene import Scene

HOME, WORK, LATER = "jane@home.example", "jane@work.example", "jane@later.example"
#: Who Jane is at the other provider, to whom the account is linked, and a second time.
KNOWN, UNKNOWN = "jane-there", "jane-there-too"
MFA = ("pwd", "otp", "mfa")
CHOOSER = "/login/select-account"


class Doors:
    """What stands open to Jane, or is about to, when something happens."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.at_host = scene.live.url
        self.upstream = UpstreamHost(scene.remote)
        remember(SECRET)

    def before(self) -> None:
        """Give Jane more addresses: a change kills links that were mailed before."""
        jane = self.scene.jane
        for email in (HOME, WORK):
            factories.address(jane, email)
        self.way_back = self.promote(HOME)
        self.claim = self._token(lambda link: address_claims.begin(jane, LATER, link=link))
        self.file = self._token(self._make_file)
        root, asked = self.scene.root, {"name": None, "is_admin": False}
        self.invitation = self._token(
            lambda link: invitations.send("ann@people.example", by=root, link=link, **asked)
        )
        self._link()
        self.aside = self._set_aside()

    def after(self) -> None:
        """Let Jane make a passkey: before it, her second step was the phone alone."""
        here = self.scene.here.open("/account/passkeys")
        # One that does not count: it is tried at one worker after the other.
        device = Authenticator(rp_id="localhost", origin=self.at_host, count=None)
        self.passkey = passkey_pages.create(here, device)
        assert here.sees("The passkey is ready."), here.shown.text

    def promote(self, email: str) -> str:
        """Make an address the primary one; return what makes the way back work."""
        jane = db.session.get_one(User, self.scene.jane_id, populate_existing=True)
        return self._token(lambda link: address_changes.promote(jane, email, link=link))

    def _token(self, mail) -> str:
        """Return the token of the link that is mailed."""
        held: list[str] = []
        mail(lambda token: held.append(remember(token)) or f"{self.at_host}/?token={token}")
        db.session.commit()
        return held[0]

    def _make_file(self, link) -> None:
        export_files.ask(self.scene.jane)
        asked_at = export_files.claim(self.scene.jane_id)
        assert asked_at is not None, "nobody else makes it"
        assert export_files.make(self.scene.jane_id, asked_at, link=link)

    def _link(self) -> None:
        """Link Jane to another provider, and let a second identity wait to be linked."""
        named = {"name": "Example", "client_id": CLIENT_ID, "secret": SECRET}
        wanted = Wanted(issuer=self.upstream.issuer, may_sign_up=True, **named)
        self.provider = upstreams.create("generic", wanted, by=None)
        self.slug = self.provider.slug
        known = UpstreamIdentity(
            provider_id=self.provider.id,
            issuer=self.upstream.issuer,
            subject=KNOWN,
            user_id=self.scene.jane_id,
            email=JANE["email"],
        )
        db.session.add(known)
        here = self.scene.here.open("/account/")
        pending_identities.keep(
            self.provider.id,
            Told(self.upstream.issuer, UNKNOWN),
            browser=here.jar["sealwax-browser"].value,
            session_id=self.scene.session_of(here),
        )
        db.session.commit()

    def _set_aside(self) -> Browser:
        """Let somebody else be in a browser in which Jane was before them."""
        john = factories.user("john@people.example")
        self.john_email = john.email
        earlier, browser = self.scene.browser_of(self.scene.jane), self.scene.browser_of(john)
        held, here = browser_accounts.new(), secrets.new_token("br")
        holder = browser_accounts.holder(here, held)
        browser_accounts.note(holder, self.scene.jane_id, self.scene.session_of(earlier))
        browser_accounts.note(holder, john.id, self.scene.session_of(browser))
        db.session.commit()
        browser.jar["sealwax-browser"] = Cookie(remember(here))
        browser.jar["sealwax-accounts"] = Cookie(remember(held))
        return browser

    # --- to be tried ----------------------------------------------------------------------------

    def is_passkey_good(self, browser: Browser) -> bool:
        """Sign in with the passkey."""
        browser.open("/login/sign-in")
        return passkey_pages.use(browser, self.passkey).at == "/account/"

    def is_identity_good(self, browser: Browser) -> bool:
        """Come from the other provider; the second step, where one is owed, is passed."""
        self.begin(browser, f"/login/upstream/{self.slug}")
        if not browser.left_for:
            return False
        browser.open(self.upstream.authorize(browser.left_for))
        if browser.at in {"/login/passkey-step", "/login/second-step"}:
            browser.open("/login/recovery-code").press("continue", code=self.scene.codes.pop())
        return browser.at == "/account/"

    def begin(self, browser: Browser, path: str) -> None:
        """Press a button of a page that was open before: the page may know too little by now."""
        shown = browser.open("/account/upstreams")
        (token, *_) = (
            each.get("value")
            for each in shown.shown.root.find_all("input")
            if each.get("name") == "csrf_token"
        )
        browser.post(path, {"csrf_token": token})

    def is_set_aside(self, browser: Browser) -> bool:
        """Choose Jane where somebody else came after her, and then them again."""
        jane = self._choice(browser, JANE["email"], HOME, WORK)
        if jane is None or "Signed in" not in jane.text:
            return False
        assert browser.press(jane.get("id")).at == "/account/", browser.at
        john = self._choice(browser, self.john_email)
        if john is not None:
            browser.press(john.get("id"))
        return True

    def _choice(self, browser: Browser, *emails: str) -> Element | None:
        buttons = browser.open(CHOOSER).shown.root.find_all("button")
        return next((one for one in buttons if any(each in one.text for each in emails)), None)

    def is_way_back_good(self, browser: Browser) -> bool:
        """Look at what the link to an earlier primary address leads to."""
        return browser.open(f"/login/revert-email?token={self.way_back}").has("put-back")

    def is_claim_good(self, _: Browser) -> bool:
        """Look, as Jane who has just signed in, at the link to one more address."""
        jane = self.scene.jane_now()
        if jane is None:
            return False
        browser = self.scene.browser_of(jane, MFA)
        return browser.open(f"/account/emails/link?token={self.claim}").has("confirm")

    def is_file_good(self, _: Browser) -> bool:
        """Look, as Jane who has just signed in, at the link to the file of her data."""
        jane = self.scene.jane_now()
        if jane is None:
            return False
        browser = self.scene.browser_of(jane, MFA)
        return browser.open(f"/account/data/file?token={self.file}").has("download")

    def is_invitation_good(self, browser: Browser) -> bool:
        """Look at the invitation of somebody else."""
        return browser.open(f"/login/invitation?token={self.invitation}").has("register")

    def is_waiting_to_be_linked(self, browser: Browser) -> bool:
        """Look at the page that asks whether to link the second identity."""
        return browser.open("/login/link").has("link")
