"""A process to be killed: `rebuild` builds one organisation's read models anew, over and over;
`query` asks them all the while.

A rebuild that was done prints a line. So does a round of queries; one that failed, or saw anything
but one whole generation, ends the process.
"""

import sys
from itertools import count
from uuid import UUID

import app
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.metrics.answer import measure
from projections.metrics.catalogue import METRICS
from projections.metrics.question import Question
from projections.pipeline import board
from projections.rebuild import Rebuild, RebuildRunning
from projections.requisitions import requisitions
from store import organisations
from store.database import Connection
from store.system import Hireledger

SMALL_BATCH = 100
ROWS = """
SELECT
    (SELECT count(*) FROM application_assignments WHERE position <= %(p)s),
    (SELECT count(*) FROM pool_memberships WHERE position <= %(p)s),
    (SELECT count(*) FROM contact_permissions WHERE position <= %(p)s)
"""
EVENTS = """
SELECT
    count(*) FILTER (WHERE type = ANY('{application.applied,application.reengaged}')),
    count(*) FILTER (WHERE type = ANY('{pool.member_added,pool.member_removed}')),
    count(*) FILTER (
        WHERE type = ANY('{consent.granted,consent.withdrawn,candidate.opted_out}')
    )
FROM events
WHERE position <= %(p)s
"""


def rebuild(system: Hireledger, name: str) -> None:
    organisation = organisations.find(system.database, name)
    while True:
        try:
            done = Rebuild(system.database, organisation, batch=SMALL_BATCH).run()
        except RebuildRunning:
            continue
        assert done.differences == [], done.differences
        print(f"{UUID(int=0)} {done.position}\n", end="", flush=True)


def query(system: Hireledger, name: str) -> None:
    organisation = organisations.find(system.database, name)
    reached = 0
    for number in count():
        with system.database.transaction(organisation) as connection:
            asked = resolve(connection, READ_MODELS)
            assert asked.log_position >= reached, "an answer went back"
            reached = asked.log_position
            looks_whole(connection, reached)
            for requisition in requisitions(connection, asked):
                board(connection, asked, requisition.requisition_id)
            for metric in METRICS.values():
                measure(connection, asked, metric, metric.policy(), Question())
            looks_whole(connection, reached)
        print(f"{UUID(int=number)} {reached}\n", end="", flush=True)


def looks_whole(connection: Connection, position: int) -> None:
    rows = connection.execute(ROWS, {"p": position}).fetchone()
    events = connection.execute(EVENTS, {"p": position}).fetchone()
    assert rows == events, f"{rows} rows of {events} events"


if __name__ == "__main__":
    {"rebuild": rebuild, "query": query}[sys.argv[1]](app.start(), sys.argv[2])
