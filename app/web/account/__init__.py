"""The account wing: everything a person does with their own account."""

from app.web.account import activity, apps, desk, home, profile, security

__all__ = ["activity", "apps", "home", "profile", "security"]
blueprints = (desk.blueprint,)
