"""Where mistakes are made: a scene, and what a developer sees of an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from app.models import ClientSecret
from app.services.clients import clients
from tests.clock import Clock
from tests.oidc.conftest import Scene
from tests.transports import Answer

REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


@dataclass(frozen=True)
class Seen:
    """What the developer has: the reference, and every word of the answer."""

    reference: str
    words: str


@dataclass(frozen=True)
class Mistake:
    """A mistake: its name, who makes it, and what its trace must name."""

    name: str
    play: Callable[[Bench], Seen]
    reason: str
    #: The likeliest cause of a redirect mismatch.
    cause: str = ""
    #: A word that the answer has to hold, beside the way to mend it.
    says: str = ""
    #: The refusal stands in the trace of the sign-in it belongs to.
    joins: bool = False


@dataclass
class Bench:
    """Whatever a mistake needs."""

    make_scene: Callable[..., Scene]
    make_rp: Callable[..., Any]
    db: Any
    clock: Clock
    session: Any = field(default=None)

    def scene(self, kind: Any = "web", **members: Any) -> Scene:
        """Return a person who is signed in, and an application."""
        return self.make_scene(kind, **members)

    def page(self, scene: Scene, **changes: str | None) -> Seen:
        """Send an authorization request that ends on a page of the provider."""
        scene.rp.authorize(scene.browser, **changes)
        return self.shown(scene)

    def shown(self, scene: Scene) -> Seen:
        """Return what the error page says."""
        assert scene.browser.status == 400, scene.browser.shown.text[:300]
        assert not scene.browser.left_for
        return Seen(scene.browser.element("reference").text, scene.browser.shown.text)

    def back(self, scene: Scene, **changes: str | None) -> Seen:
        """Send an authorization request that comes back with an error."""
        scene.rp.authorize(scene.browser, **changes)
        return self.returned(scene)

    def returned(self, scene: Scene) -> Seen:
        """Return what came back to the application."""
        told = scene.rp.callback(scene.browser)
        assert told.error, "no error came back"
        return Seen(REFERENCE.findall(told.description)[-1], told.description)

    def answered(self, answer: Answer) -> Seen:
        """Return what an endpoint says to a program."""
        assert answer.status >= 400, answer.text
        return Seen(answer.headers["sealwax-reference"], answer.json["error_description"])

    def token(self, scene: Scene, *, header: str | None = None, **fields: str) -> Seen:
        """Redeem a good code with credentials that are not."""
        form = {
            "grant_type": "authorization_code",
            "code": scene.code(),
            "redirect_uri": scene.rp.redirect_uri,
            "code_verifier": scene.rp.sent.verifier,
            **fields,
        }
        headers = {"Authorization": header} if header is not None else {}
        endpoint = scene.rp.endpoint("token")
        return self.answered(scene.rp.transport.send("POST", endpoint, headers=headers, form=form))

    def turn_off(self, scene: Scene) -> None:
        """Turn the application off."""
        clients.turn_off(clients.get(scene.rp.client_id))
        self.db.session.commit()

    def expire_secret(self, scene: Scene) -> None:
        """Let the secret of the application have had its time."""
        self.db.session.execute(update(ClientSecret).values(expires_at=self.clock()))
        self.db.session.commit()
        clients.turn_on(
            clients.get(scene.rp.client_id)
        )  # what a worker remembers is two seconds old
        self.db.session.commit()
