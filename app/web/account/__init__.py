"""Pages about one's own account, for whoever is signed in."""

from app.web.account import access, home

__all__ = ["access"]
blueprints = (home.blueprint,)
