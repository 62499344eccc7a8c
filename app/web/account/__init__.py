"""The account wing: everything a person does with their own account."""

from app.web.account import activity, apps, data, desk, home, profile, security

__all__ = ["activity", "apps", "data", "home", "profile", "security"]
blueprints = (desk.blueprint,)
