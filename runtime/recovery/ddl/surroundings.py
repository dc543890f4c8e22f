"""A session as the source's was when it changed its schema, for one statement."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import pq

from runtime.recovery.ddl.announcement import Announcement

_LOG = logging.getLogger(__name__)
# Event triggers of the source's own have spoken there: what they did is in the stream. Bodies are as they were accepted.
_OURS = {"event_triggers": "off", "check_function_bodies": "off"}
_CURRENT = "SELECT name, current_setting(name, true) FROM unnest(%s::text[]) AS name"
_SET = "SELECT set_config(%s, %s, true)"


@contextmanager
def surroundings(session: psycopg.Connection[Any], announcement: Announcement) -> Iterator[None]:
    """Names are looked up, values read and objects owned as on the source; afterwards everything is as before.

    A role that the target does not have, or that the session may not become, is noted, and the session's own does the work; so is a setting.
    """
    wanted = announcement.settings | _OURS
    if announcement.search_path is not None:
        wanted["search_path"] = announcement.search_path
    if announcement.user is not None:
        wanted["role"] = announcement.user
    before = dict(session.execute(_CURRENT, [list(wanted)]).fetchall())
    changed = [name for name, value in wanted.items() if before[name] is not None and before[name] != value]
    set_ = [name for name in changed if _set(session, name, wanted[name])]
    try:
        yield
    finally:
        # In the other order: only the session's own role may set some of them. A failed transaction forgets them by itself.
        failed = session.closed or session.info.transaction_status == pq.TransactionStatus.INERROR
        for name in () if failed else reversed(set_):
            session.execute(_SET, [name, before[name]])


def _set(session: psycopg.Connection[Any], name: str, value: str) -> bool:
    try:
        with session.transaction():
            session.execute(_SET, [name, value])
    except psycopg.Error as error:
        if session.closed:
            raise
        level = logging.DEBUG if name in _OURS else logging.WARNING
        _LOG.log(level, "the target does not take %s = %s: %s", name, value, error.diag.message_primary)
        return False
    return True
