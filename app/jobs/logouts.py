"""Tell applications that sessions are over: hosts beside each other, so that none delays the rest.

The notices of one host go one after the other. When it does not answer, or has had its time, the
others that wait for it are put off untried: a host that is down costs a round a few seconds,
however many it is owed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from flask import Flask, current_app

from app.database import commit
from app.security import uris
from app.security.guarded_network import FetchFailed
from app.services.authorization import logouts
from app.services.authorization.logouts import Claimed
from app.services.upkeep import outgoing

log = logging.getLogger(__name__)
HOSTS_AT_ONCE = 8
#: Shorter than a claim lasts, and than people wait for a mail.
SECONDS_FOR_A_HOST = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a notice: a status, or the reason why there is none."""

    notice: Claimed
    status: int | None
    fault: str = ""

    @property
    def is_accepted(self) -> bool:
        """Tell whether the application has been told."""
        return self.status is not None and 200 <= self.status < 300


def deliver() -> None:
    """Send every notice that is due; what is not accepted is put off."""
    by_host: dict[str, list[Claimed]] = defaultdict(list)
    for notice_id in logouts.due():
        mine = logouts.claim(notice_id)
        commit()
        if mine is not None:
            by_host[uris.host_of(mine.uri)].append(mine)
    if not by_host:
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (the documented way to hand it to a thread)
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        for answers in pool.map(lambda notices: _send(app, notices), by_host.values()):
            for answer in answers:
                _note(answer)
            commit()


def _send(app: Flask, notices: list[Claimed]) -> list[Answer]:
    """Send the notices of one host, until it does not answer."""
    answers: list[Answer] = []
    end = monotonic() + SECONDS_FOR_A_HOST
    with app.app_context():
        for notice in notices:
            try:
                status = _post(notice, end)
            except FetchFailed as failed:
                untried = notices[len(answers) :]
                return [*answers, *(Answer(one, None, failed.reason) for one in untried)]
            answers.append(Answer(notice, status))
    return answers


def _post(notice: Claimed, end: float) -> int:
    """Send one notice, unless its host has had its time of this round."""
    if monotonic() > end:
        reason = "host_slow"
        raise FetchFailed(reason)
    return outgoing.post_form(notice.uri, {"logout_token": notice.token})


def _note(answer: Answer) -> None:
    notice = answer.notice
    if answer.is_accepted:
        logouts.delivered(notice.id, answer.status or 0)
        return
    log.warning("logout notice not accepted", extra={"code": answer.status, "kind": answer.fault})
    fault = answer.fault or f"status_{answer.status}"
    logouts.put_off(notice, status=answer.status, fault=fault)
