"""Every state of every template: which template, under which address, with which context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.gallery import (
    account_states,
    admin_states,
    app_states,
    bench_states,
    claim_states,
    consent_states,
    data_states,
    deletion_states,
    desk_states,
    details_states,
    device_states,
    email_states,
    error_states,
    group_states,
    import_states,
    invitation_states,
    key_states,
    least_privilege_states,
    login_states,
    overview_states,
    own_states,
    passkey_states,
    role_states,
    scope_states,
    settings_states,
    share_states,
    sign_up_states,
    snippet_states,
    terms_states,
    trace_states,
)
from tests.gallery import second_step_states as second_steps
from tests.gallery import upstream_states as upstreams
from tests.gallery.people import Context


@dataclass(frozen=True, slots=True)
class State:
    """One page of the gallery; `build` makes its context inside a request."""

    path: str
    template: str
    build: Callable[[], Context]


def _collect() -> tuple[State, ...]:
    rooms = (
        account_states,
        login_states,
        consent_states,
        device_states,
        sign_up_states,
        second_steps,
        passkey_states,
        upstreams,
        invitation_states,
        import_states,
        least_privilege_states,
        deletion_states,
        data_states,
        details_states,
        terms_states,
        own_states,
        app_states,
        email_states,
        error_states,
        admin_states,
        desk_states,
        overview_states,
        group_states,
        role_states,
        snippet_states,
        trace_states,
        claim_states,
        bench_states,
        key_states,
        scope_states,
        settings_states,
        share_states,
    )
    return tuple(
        State(f"{template.removesuffix('.html')}/{name}", template, build)
        for room in rooms
        for template, name, build in room.STATES
    )


STATES = _collect()
BY_PATH = {state.path: state for state in STATES}
