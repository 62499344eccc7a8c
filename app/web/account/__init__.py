"""Pages about one's own account, for whoever is signed in."""

from app.web.account import home

blueprints = (home.blueprint,)
