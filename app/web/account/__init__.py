"""The account wing: everything a person does with their own account."""

from app.web.account import apps, desk, home, profile, security

__all__ = ["apps", "home", "profile", "security"]
blueprints = (desk.blueprint,)
