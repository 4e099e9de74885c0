"""Black box: a campaign whose policies are killed at random; each member gets each step once."""

import random
import time
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from commands import campaigns, consents, erasure, organisation, pools
from commands.deciding import decided_anew
from domain.campaign import CampaignKind, Step
from domain.candidate import Candidate
from domain.outreach import OutreachRules
from policies.standing import unsettled
from store import outbox
from store.log import Log
from store.settings import Settings
from tests.mail.conftest import MailServer
from tests.mail.test_kill_sending import Sender, count
from tests.mail.test_policies import by
from tests.test_kill import environment_of

STEPS = (Step(subject="One", body="Dear {{ candidate_name }}"), Step(subject="Two", body="Well?"))
PATIENCE = 300.0
TRIES = 20
DONE = """
SELECT
    EXISTS (SELECT FROM events WHERE type = 'campaign.audience_enrolled')
    AND NOT EXISTS (
        SELECT
        FROM outbox
        WHERE policy = 'nurture'
          AND state IN ('waiting', 'attempting')
    )
    AND (SELECT position FROM policy_positions WHERE policy = 'nurture')
        = (SELECT max(position) FROM events)
"""


def test_each_member_gets_each_step_once_although_its_policies_are_killed(
    settings: Settings, log: Log, smtp: MailServer, tmp_path: Path
) -> None:
    outlive(settings, log, smtp, tmp_path, members=40)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_each_of_ten_thousand_members_gets_each_step_once(
    settings: Settings, log: Log, smtp: MailServer, tmp_path: Path
) -> None:
    outlive(settings, log, smtp, tmp_path, members=10_000)


def outlive(settings: Settings, log: Log, smtp: MailServer, folder: Path, members: int) -> None:
    """Lets the policies of a campaign be killed again and again until all is sent."""
    pool_id, people = pool_of(log, members)
    left = [id for number, id in enumerate(people) if number % 8 == 0]
    gone = [id for number, id in enumerate(people) if number % 8 == 1]
    leave_before(log, left[::2], gone[::2])
    start(log, pool_id)
    environment = environment_of(settings, log) | {
        "HIRELEDGER_SMTP_URL": smtp.url,
        "HIRELEDGER_PUBLIC_URL": "https://jobs.acme.example",
    }
    name, kills, deadline = log.organisation.name, 0, time.monotonic() + PATIENCE + members / 2
    with ExitStack() as stack:
        runners = [
            stack.enter_context(Sender(environment, folder / f"{number}", name, policy))
            for number, policy in enumerate(("enrol-audiences", "nurture", "nurture"))
        ]
        late = [*left[1::2], *gone[1::2]]
        while not done(log):
            assert time.monotonic() < deadline, "it does not come to an end"
            time.sleep(random.uniform(0.1, 1.5 + members / 1000))
            kills += random.choice(runners).kill()
            if late and random.random() < 0.5:
                leave_before(log, [id for id in late[:1] if id in left], [])
                leave_before(log, [], [id for id in late[:1] if id in gone])
                del late[:1]
    assert kills >= 3
    assert_each_once_or_in_doubt(log, smtp, people, {*left[::2], *gone[::2]}, {*left, *gone})


def pool_of(log: Log, members: int) -> tuple[UUID, list[UUID]]:
    """A pool of people who agreed to hear from us."""
    recorded = pools.create(log, by(), "Finalists")
    pool = log.pool(UUID(str(recorded.facts[0].originator_id)))
    people = []
    for number in range(members):
        candidate = Candidate.begin(uuid4())
        candidate.register(full_name=f"Ada {number}", email=f"{candidate.id}@example.org")
        candidate.grant_consent("contact", "v1")
        candidate.add_to_pool(pool, "silver_medalist")
        people.append(candidate)
    for first in range(0, members, 200):
        log.record(*people[first : first + 200], by=by())
    return pool.id, [candidate.id for candidate in people]


def start(log: Log, pool_id: UUID) -> None:
    organisation.adopt_outreach_rules(log, by(), OutreachRules(at_any_time=True))
    drafted = campaigns.draft(
        log, by(), kind=CampaignKind.CAMPAIGN, title="Spring", steps=STEPS, pool_id=pool_id
    )
    campaigns.start(log, by(), UUID(str(drafted.facts[0].originator_id)))


def leave_before(log: Log, left: list[UUID], gone: list[UUID]) -> None:
    """Some opt out, others are erased, whatever is being sent meanwhile."""
    for id in left:
        decided_anew(partial(consents.opt_out, log, by(), id, "email"), TRIES)
    for id in gone:
        decided_anew(partial(erasure.erase, log, by(), id, ground="request"), TRIES)


def done(log: Log) -> bool:
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(DONE).fetchone()
    return bool(row and row[0])


def assert_each_once_or_in_doubt(
    log: Log, smtp: MailServer, people: list[UUID], never: set[UUID], leaving: set[UUID]
) -> None:
    taken = Counter((mail["To"].partition("@")[0], mail["Subject"]) for mail in smtp.mails)
    assert set(taken.values()) == {1}, "a step went out twice"
    with log.database.transaction(log.organisation) as connection:
        doubts = {row.about for row in unsettled(connection, policy=outbox.NURTURING, limit=1000)}
    for id in people:
        got = [subject for subject in ("One", "Two") if (str(id), subject) in taken]
        ways = log.candidate(id).enrolments
        if not ways:
            assert got == []
            assert id in leaving
        elif id in never:
            pytest.fail("somebody was enrolled who had left before")
        elif doubts.isdisjoint(ways):
            [way] = ways.values()
            sent = ["One", "Two"][: len(log.candidate(id).touchpoints)]
            assert got == sent
            assert way.ended == "finished" if len(sent) == len(STEPS) else way.ended
    assert count(smtp) == sum(taken.values())
