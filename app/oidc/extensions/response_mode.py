"""How an authorization response travels back: query, fragment or form_post."""

from __future__ import annotations

from dataclasses import dataclass

from app.security import uris

RESPONSE_MODES = ("query", "fragment", "form_post")


@dataclass(frozen=True, slots=True)
class Answer:
    """An authorization response; web turns it into a redirect or a form."""

    redirect_uri: str
    parameters: dict[str, str]
    mode: str = "query"

    @property
    def location(self) -> str:
        """Return the address a redirect goes to; each parameter stands there once."""
        return uris.with_parameters(
            self.redirect_uri, self.parameters, fragment=self.mode == "fragment"
        )

    @property
    def is_form(self) -> bool:
        """Tell whether the browser has to POST the parameters (OAuth 2.0 Form Post §2)."""
        return self.mode == "form_post"
