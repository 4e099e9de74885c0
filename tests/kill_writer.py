"""A process to be killed: `write` runs random commands for one organisation, `follow` projects it.

A writer prints a line for each command that was acknowledged: its id and its number of events.
"""

import os
import random
import sys
import threading
from collections.abc import Callable, Sequence
from uuid import UUID

import app
from commands import applications, candidates, consents, interviews, outreach, pools, requisitions
from domain.application import Application, Status
from domain.errors import Refusal
from domain.outreach import TouchpointDelivered
from projections.follower import Follower
from store import organisations
from store.append import AppendUncertain
from store.database import Database, Organisation
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded

THREADS = 2
STREAMS = "SELECT DISTINCT stream_id FROM events WHERE stream_type = %(type)s"


class Writer(threading.Thread):
    """Someone who decides at random, but only on what is there."""

    def __init__(self, log: Log) -> None:
        super().__init__(daemon=True)
        self.log = log
        self.random = random.Random()
        self.requisitions = self.streams("requisition")
        self.pools = self.streams("pool")
        self.candidates = self.streams("candidate")[-50:]

    def streams(self, type: str) -> list[UUID]:
        with self.log.database.transaction(self.log.organisation) as connection:
            return [id for (id,) in connection.execute(STREAMS, {"type": type})]

    def run(self) -> None:
        commands = [
            self.register,
            self.apply,
            self.decide,
            self.decide,
            self.decide,
            self.keep_in_touch,
            self.pause,
        ]
        while True:
            by = Attribution("person", new_id(), "recruiter", "api")
            try:
                recorded = self.random.choice(commands)(by)
            except (Refusal, AppendUncertain, IndexError):
                continue
            print(f"{by.command_id} {len(recorded.facts)}\n", end="", flush=True)

    def register(self, by: Attribution) -> Recorded:
        recorded = candidates.register(self.log, by, full_name="Ada Lovelace")
        self.candidates += [id for fact in recorded.facts if (id := fact.subject_id)]
        return recorded

    def apply(self, by: Attribution) -> Recorded:
        candidate, requisition = self.one(self.candidates), self.one(self.requisitions)
        return applications.apply(self.log, by, candidate, requisition_id=requisition)

    def decide(self, by: Attribution) -> Recorded:
        candidate = self.log.candidate(self.one(self.candidates))
        application = self.random.choice(list(candidate.applications.values()))
        return self.random.choice(self.decisions(application))(by)

    def decisions(self, application: Application) -> Sequence[Callable[[Attribution], Recorded]]:
        log, id, began = self.log, application.id, application.began
        match application.now.status:
            case Status.OPEN:
                return [
                    lambda by: applications.screen(log, by, id, outcome="passed"),
                    lambda by: applications.move(log, by, id, "interview", occurred_at=began),
                    lambda by: interviews.schedule(
                        log, by, id, starts_at=began, ends_at=began.replace(year=began.year + 1)
                    ),
                    lambda by: applications.hire(log, by, id),
                    lambda by: applications.reject(log, by, id, "experience", notes="Too junior"),
                    lambda by: applications.withdraw(log, by, id, "other_job"),
                ]
            case Status.HIRED:
                reverse = applications.reverse_hire
            case Status.REJECTED:
                reverse = applications.reverse_rejection
            case Status.WITHDRAWN:
                reverse = applications.reverse_withdrawal
        in_error = self.random.random() < 0.5
        return [lambda by: reverse(log, by, id, "error", entered_in_error=in_error)]

    def keep_in_touch(self, by: Attribution) -> Recorded:
        candidate = self.log.candidate(self.one(self.candidates))
        if "contact" not in candidate.consents:
            return consents.grant(self.log, by, candidate.id, purpose="contact", text_version="v1")
        if not candidate.pools:
            return pools.add_member(self.log, by, self.one(self.pools), candidate.id, "finalist")
        if not candidate.touchpoints:
            return outreach.nurture(self.log, by, candidate.id, channel="email", body="Hello")
        touchpoint = next(iter(candidate.touchpoints))
        return outreach.touchpoint_outcome(
            self.log, by, candidate.id, touchpoint, TouchpointDelivered
        )

    def pause(self, by: Attribution) -> Recorded:
        requisition = self.log.requisition(self.one(self.requisitions))
        if requisition.state == "on_hold":
            return requisitions.resume(self.log, by, requisition.id)
        if self.random.random() < 0.1:
            return requisitions.put_on_hold(self.log, by, requisition.id, "budget")
        return requisitions.add_opening(self.log, by, requisition.id)

    def one(self, ids: list[UUID]) -> UUID:
        return self.random.choice(ids)


class FollowerOfOne(Follower):
    """Follows one organisation; other tests' organisations are none of its business."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        super().__init__(database)
        self.organisation = organisation

    def _organisations(self) -> Sequence[Organisation]:
        return [self.organisation]


def die(error: threading.ExceptHookArgs) -> None:
    """An error nobody expects ends the whole process, which the test notices."""
    threading.__excepthook__(error)
    os._exit(1)


def main(task: str, name: str) -> None:
    threading.excepthook = die
    system = app.start()
    organisation = organisations.find(system.database, name)
    if task == "follow":
        FollowerOfOne(system.database, organisation).run()
    writers = [Writer(system.log(organisation)) for _ in range(THREADS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
