"""Tell applications that sessions are over: several at once, so that a slow one delays none."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from flask import Flask, current_app

from app.database import commit
from app.security.guarded_network import FetchFailed
from app.services import logouts, outgoing
from app.services.logouts import Claimed

log = logging.getLogger(__name__)
AT_ONCE = 8
Answer = tuple[int | None, str]


def deliver() -> None:
    """Send every notice that is due; what is not accepted is put off."""
    claimed = []
    for notice_id in logouts.due():
        mine = logouts.claim(notice_id)
        commit()
        if mine is not None:
            claimed.append(mine)
    if not claimed:
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (the documented way to hand it to a thread)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda notice: _send(app, notice), claimed))
    for notice, (status, fault) in zip(claimed, answers, strict=True):
        _note(notice, status, fault)
        commit()


def _send(app: Flask, notice: Claimed) -> Answer:
    with app.app_context():
        try:
            return outgoing.post_form(notice.uri, {"logout_token": notice.token}), ""
        except FetchFailed as failed:
            return None, failed.reason


def _note(notice: Claimed, status: int | None, fault: str) -> None:
    if status is not None and 200 <= status < 300:
        logouts.delivered(notice.id, status)
        return
    log.warning("logout notice not accepted", extra={"code": status, "kind": fault})
    logouts.put_off(notice, status=status, fault=fault or f"status_{status}")
