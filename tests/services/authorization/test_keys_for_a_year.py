"""A year of rotations, seen by a relying party that keeps the key set as long as it may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete

from app.database import commit
from app.services.authorization import keys
from tests.http import Http

ROTATIONS = 1_000
STEP = timedelta(days=365) / ROTATIONS
KEPT = keys.KEY_SET_KEPT - timedelta(seconds=1)
ALG = "ES256"
LIFETIME = timedelta(minutes=10)

pytestmark = pytest.mark.one_engine


class Careful:
    """A relying party that fetches the key set when its copy is old, and never before."""

    def __init__(self, http, clock) -> None:
        self.http, self.clock = http, clock
        self.until = clock() - timedelta(days=1)
        self.kids: set[str] = set()

    def knows(self, kid: str) -> bool:
        """Tell whether the key is in the copy it may use now."""
        if self.clock() >= self.until:
            self.fetch()
        return kid in self.kids

    def fetch(self) -> None:
        """Fetch the key set, and keep it as long as the answer says."""
        answer = self.http.get("/jwks.json")
        kept = int(answer.headers["Cache-Control"].partition("max-age=")[2])
        self.until = self.clock() + timedelta(seconds=kept)
        self.kids = {key["kid"] for key in answer.json["keys"]}


def test_no_token_is_ever_refused(make_app, clock, db, monkeypatch):
    """security.md DI03; OIDC Core §10.1.1: 1,000 rotations in a year, three looks at each."""
    monkeypatch.setattr(keys, "KINDS", (ALG,))  # an RSA key takes a tenth of a second to make
    db.session.execute(delete(keys.KEYS).where(keys.KEYS.c.alg != ALG))
    db.session.commit()
    app = make_app(key_rotation=STEP - timedelta(minutes=1), key_publication=timedelta(hours=1))
    rp, seen, refused = Careful(Http(app, app.response_class), clock), set(), 0
    with app.app_context():
        keys.ensure()
        for _ in range(ROTATIONS):
            clock.move(STEP - KEPT)
            rp.fetch()  # just before the key turns: its copy is good for a quarter of an hour
            keys.turn()
            commit()
            signer = keys.signer(ALG)
            seen.add(signer.kid)
            refused += not rp.knows(signer.kid)
            clock.move(LIFETIME)
            refused += not rp.knows(signer.kid)
            clock.move(KEPT - LIFETIME)
            refused += not rp.knows(signer.kid)

    assert refused == 0
    assert len(seen) >= ROTATIONS - 1
