"""The account wing: everything a person does with their own account."""

from app.web.account import (
    activity,
    apps,
    data,
    delete,
    desk,
    emails,
    home,
    not_me,
    passkeys,
    profile,
    second_step,
    security,
    stay,
    trusted,
    upstreams,
)

__all__ = [
    "activity",
    "apps",
    "data",
    "delete",
    "emails",
    "home",
    "not_me",
    "passkeys",
    "profile",
    "second_step",
    "security",
    "stay",
    "trusted",
    "upstreams",
]
blueprints = (desk.blueprint,)
