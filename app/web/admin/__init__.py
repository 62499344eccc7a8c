"""The administration: applications, users, groups, keys, attempts; every page behind one guard.

A module is one page: its form, its views. Rules are in services, this wing asks and shows.
"""

from __future__ import annotations

from app.web.admin import (
    addresses,
    attempts,
    audit,
    bench,
    client,
    client_logout,
    client_owners,
    client_secrets,
    clients,
    dashboard,
    delete_client,
    delete_user,
    group,
    groups,
    invitations,
    keys,
    mails,
    new_client,
    preview,
    reset_second_step,
    revoke_key,
    stay,
    token,
    upstream,
    upstreams,
    user,
    user_roles,
    users,
    verify_email,
)
from app.web.admin.entrance import blueprint

PAGES = (
    dashboard,
    clients,
    new_client,
    client,
    addresses,
    client_logout,
    client_owners,
    client_secrets,
    preview,
    bench,
    delete_client,
    users,
    user,
    user_roles,
    delete_user,
    invitations,
    reset_second_step,
    groups,
    group,
    verify_email,
    upstreams,
    upstream,
    keys,
    revoke_key,
    token,
    attempts,
    audit,
    mails,
    stay,
)
blueprints = (blueprint,)
