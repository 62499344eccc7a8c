"""Pages about one's own account, for whoever is signed in."""

from app.web.account import access, home, profile

__all__ = ["access", "profile"]
blueprints = (home.blueprint,)
