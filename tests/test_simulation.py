from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import mean
from typing import Any, cast
from uuid import UUID

import pytest

from app import Hireledger
from commands import interviews
from domain.errors import Conflict, Refusal
from domain.event import Category
from projections import (
    asked,
    pipeline,
    requisitions,
    talent_pool,
)
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.health import differences
from projections.metrics.engagement import ENGAGEMENT
from projections.metrics.stage_conversion import FUNNEL
from projections.metrics.time_to_hire import TIME_TO_HIRE
from simulation.actions import Action, Name, colleague
from simulation.execution import Execution, execute
from simulation.history import Summary, plan, simulate
from store import organisations
from store.database import Connection
from store.envelope import Fact
from store.ids import new_id
from store.log import Log, Recorded
from tests.measured import measured
from tests.remembering_log import remembering

UNTIL = datetime(2025, 6, 30, 12, tzinfo=UTC)
SMALL = 0.01
A_YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def simulated(hireledger: Hireledger) -> Log:
    """An organisation with a small simulated history, its read models up to date."""
    log = _simulate(hireledger)[0]
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    return log


@pytest.fixture(scope="module")
def year_and_a_half() -> list[Fact]:
    """All of it, as it is by default."""
    return _remembered(plan(2026, UNTIL))


@pytest.fixture
def connection(simulated: Log) -> Iterator[Connection]:
    with simulated.database.transaction(simulated.organisation) as connection:
        yield connection


def test_every_metric_has_an_answer(connection: Connection) -> None:
    now = asked.resolve(connection, READ_MODELS, as_of=UNTIL)

    assert measured(connection, now, TIME_TO_HIRE).n >= 10
    funnel = measured(connection, now, FUNNEL)
    assert all(stage.entered for stage in funnel.stages)
    responses = measured(connection, now, ENGAGEMENT)
    assert responses.reached > responses.engaged > 0
    standing = {(row.stage_kind, row.status) for row in pipeline.summary(connection, now)}
    assert {("screen", "open"), ("hired", "hired"), ("interview", "rejected")} <= standing
    pools = talent_pool.pools(connection, now)
    assert len(pools) == 3
    assert all(talent_pool.members(connection, now, pool.pool_id) for pool in pools)


def test_nobody_sits_in_two_interviews_at_once() -> None:
    arranged = [a.arguments for a in plan(2026, UNTIL, SMALL) if a.command is interviews.schedule]
    hours = [
        (id, said["starts_at"]) for said in arranged for id in cast("Any", said["interviewer_ids"])
    ]
    assert hours
    assert len(hours) == len(set(hours))


def test_it_ends_in_the_middle_of_hiring(connection: Connection) -> None:
    now = asked.resolve(connection, READ_MODELS, as_of=UNTIL)
    rows = requisitions.requisitions(connection, now)

    states = Counter(row.state for row in rows)
    assert states == {"closed": 8, "open": 4, "on_hold": 1, "awaiting_approval": 1}
    boards = {
        row.state: pipeline.board(connection, now, row.requisition_id)
        for row in rows
        if row.state != "awaiting_approval"
    }
    assert boards["open"]
    assert boards["on_hold"]
    assert not boards["closed"]


def test_no_rule_is_broken_on_whatever_day_it_ends() -> None:
    for day in range(1, 7):
        ends = UNTIL + timedelta(days=day, hours=3 * day)
        assert _remembered(plan(2026 + day, ends))


def test_read_models_are_right(simulated: Log) -> None:
    assert differences(simulated.database, simulated.organisation) == []


def test_nothing_personal_stands_in_the_open(connection: Connection) -> None:
    row = connection.execute("SELECT string_agg(data::text, ' ') FROM events").fetchone()
    assert row is not None
    registered = [
        action.arguments for action in plan(2026, UNTIL, SMALL) if "full_name" in action.arguments
    ]
    assert registered
    for details in registered:
        for field in ("full_name", "email", "phone"):
            assert str(details[field]) not in row[0]


def test_the_same_seed_gives_the_same_history(simulated: Log, hireledger: Hireledger) -> None:
    again, summary = _simulate(hireledger)

    told = _told(simulated)
    assert told == _told(again)
    assert summary.total == len(told)
    assert summary.applications > summary.requisitions


def test_another_seed_gives_another_plan() -> None:
    assert plan(1, UNTIL, SMALL) == plan(1, UNTIL, SMALL)
    assert plan(1, UNTIL, SMALL) != plan(2, UNTIL, SMALL)


def test_everything_happens(year_and_a_half: list[Fact]) -> None:
    told = Counter(fact.topic for fact in year_and_a_half)
    lately = Counter(fact.topic for fact in year_and_a_half if _at(fact) > UNTIL - A_YEAR)

    assert lately.keys() >= {
        "application.applied",
        "application.assigned_to_requisition",
        "application.hired",
        "application.reengaged",
        "application.rejected",
        "application.rejection_reversed",
        "application.screened",
        "application.started",
        "application.withdrawn",
        "candidate.attended_event",
        "candidate.entry_corrected",
        "candidate.nurtured",
        "candidate.opted_out",
        "consent.granted",
        "consent.withdrawn",
        "cost.entry_corrected",
        "cost.recorded",
        "hire.outcome_recorded",
        "interview.held",
        "interview.scheduled",
        "interview.scorecard_submitted",
        "offer.accepted",
        "offer.approval_given",
        "offer.approval_requested",
        "offer.approved",
        "offer.declined",
        "offer.drafted",
        "offer.expired",
        "offer.extended",
        "offer.rescinded",
        "organisation.policy_adopted",
        "pool.member_added",
        "pool.member_removed",
        "requisition.approval_given",
        "requisition.details_changed",
        "requisition.opening_filled",
        "requisition.posted",
        "requisition.unposted",
        "survey.answered",
        "touchpoint.bounced",
        "touchpoint.clicked",
        "touchpoint.delivered",
        "touchpoint.opened",
        "touchpoint.replied",
    }
    assert told["application.hire_reversed"] == told["application.start_no_show"] == 1
    assert told["organisation.approval_chain_defined"] == 2
    assert 6_000 < told.total() < 9_000


def test_as_many_get_on_as_elsewhere(year_and_a_half: list[Fact]) -> None:
    told = Counter(fact.topic for fact in year_and_a_half)
    applied = Counter(
        fact.data.get("requisition_id")
        for fact in year_and_a_half
        if fact.topic in ("application.applied", "application.reengaged")
    )
    resolved = ("offer.accepted", "offer.declined", "offer.expired", "offer.rescinded")
    interviewed = _applications(year_and_a_half, "interview.held")

    assert all(40 <= count <= 320 for requisition, count in applied.items() if requisition)
    assert 0.1 < len(interviewed) / told["application.screened"] < 0.3
    assert 0.7 < told["offer.accepted"] / sum(told[answer] for answer in resolved) < 0.9
    assert told["offer.expired"] >= 2


def test_people_are_brought_back_and_hired(year_and_a_half: list[Fact]) -> None:
    lately = [fact for fact in year_and_a_half if _at(fact) > UNTIL - A_YEAR]
    back = _applications(lately, "application.reengaged")

    assert len(back & _applications(lately, "interview.held")) > 5
    assert len(back & _applications(lately, "application.hired")) >= 1


def test_interviewers_write_scorecards_within_hours_or_days(year_and_a_half: list[Fact]) -> None:
    asked, held = (
        {fact.data["interview_id"]: fact for fact in year_and_a_half if fact.topic == topic}
        for topic in ("interview.scheduled", "interview.held")
    )
    cards = [fact for fact in year_and_a_half if fact.topic == "interview.scorecard_submitted"]

    assert {len(fact.data["interviewer_ids"]) for fact in asked.values()} == {1, 2, 3}
    waited = []
    for card in cards:
        interview_id, interviewer_id = card.data["interview_id"], card.data["interviewer_id"]
        assert interviewer_id in asked[interview_id].data["interviewer_ids"]
        if interview_id in held:
            waited.append(_at(card) - _at(held[interview_id]))
    assert timedelta(0) < min(waited) < timedelta(hours=3)
    assert timedelta(days=3) < max(waited) < timedelta(days=9)
    assert len({card.data["interview_id"] for card in cards}) > 0.9 * len(held)


def test_some_of_all_answer_surveys(year_and_a_half: list[Fact]) -> None:
    answers = [fact for fact in year_and_a_half if fact.topic == "survey.answered"]
    ended = [
        _applications(year_and_a_half, topic)
        for topic in ("application.rejected", "application.withdrawn", "application.hired")
    ]
    asked = {
        "application": _applications(year_and_a_half, "application.applied"),
        "interview": _applications(year_and_a_half, "interview.held"),
        "outcome": set.union(*ended),
    }
    for moment, applications in asked.items():
        answered = [fact for fact in answers if fact.data["moment"] == moment]
        assert 0.15 < len(answered) / len(applications) < 0.4

    scores = {
        hired: mean(
            fact.data["score"]
            for fact in answers
            if fact.data["moment"] == "outcome"
            and (fact.data["application_id"] in ended[2]) is hired
        )
        for hired in (True, False)
    }
    assert scores[True] > scores[False] + 2
    assert any("comment" in said for fact in answers for said in fact.personal.values())


def test_hires_turn_out_as_far_as_time_has_passed(year_and_a_half: list[Fact]) -> None:
    outcomes = [fact for fact in year_and_a_half if fact.topic == "hire.outcome_recorded"]
    start = {
        fact.data["application_id"]: date.fromisoformat(fact.data["start_date"])
        for fact in year_and_a_half
        if fact.topic == "application.hired"
    }

    assert {fact.data["day"] for fact in outcomes} == {90, 180, 365}
    for fact in outcomes:
        due = start[fact.data["application_id"]] + timedelta(days=fact.data["day"])
        assert timedelta(0) <= _at(fact).date() - due < timedelta(days=12)
        marks = {"performance", "ramp_up", "manager_satisfaction"} & fact.data.keys()
        assert len(marks) == (3 if fact.data["retained"] else 0)


def test_offers_say_what_the_first_year_pays(year_and_a_half: list[Fact]) -> None:
    offers = [fact for fact in year_and_a_half if fact.topic == "offer.extended"]

    for fact in offers:
        assert fact.data["currency"] == "EUR"
        assert 35_000 < float(fact.personal[Category.COMPENSATION]["first_year_pay"]) < 95_000


def test_costs_are_of_every_kind(year_and_a_half: list[Fact]) -> None:
    costs = [fact for fact in year_and_a_half if fact.topic == "cost.recorded"]
    kinds = Counter((fact.data["scope"], fact.data["category"]) for fact in costs)
    by_agency = {
        fact.data["application_id"]
        for fact in year_and_a_half
        if fact.topic == "application.applied" and fact.data["source"] == "agency"
    }

    assert kinds.keys() >= {
        ("requisition", "recruiter_time"),
        ("requisition", "interviewer_time"),
        ("source", "advertising"),
        ("period", "software"),
        ("campaign", "open_day"),
    }
    hired = _applications(year_and_a_half, "application.hired")
    # Fewer than hires: one did not start, one may not be due yet.
    assert 0 < kinds["requisition", "agency_fee"] <= len(by_agency & hired)
    assert {fact.data["currency"] for fact in costs} == {"EUR"}
    assert {(f.data["internal"], f.data["comparable"]) for f in costs} == {
        (True, True),
        (True, False),
        (False, True),
    }


def test_policies_are_adopted_and_adopted_anew(year_and_a_half: list[Fact]) -> None:
    adopted = [fact for fact in year_and_a_half if fact.topic == "organisation.policy_adopted"]

    assert [fact.data["policy"] for fact in adopted] == ["applied-hired", "applied-accepted"]
    assert all(_at(fact) < UNTIL - timedelta(days=180) for fact in adopted)


def test_one_entry_in_a_hundred_is_corrected(year_and_a_half: list[Fact]) -> None:
    entries = {(fact.originator_id, fact.originator_version): fact for fact in year_and_a_half}
    corrections = [fact for fact in year_and_a_half if fact.topic.endswith(".entry_corrected")]

    late = 0
    for fact in corrections:
        entry = entries[fact.originator_id, fact.data["corrects"]]
        field, value = fact.data["field"], fact.data["value"]
        if field == "occurred_at":
            assert entry.topic == "interview.held"
            assert datetime.fromisoformat(value) < _at(entry)
        else:
            assert entry.data[field] != value
        late += _at(fact) - _at(entry) > timedelta(days=20)
    assert 0.007 < len(corrections) / len(year_and_a_half) < 0.013
    assert 0 < late < len(corrections) / 2


def test_letters_to_them_would_reach_nobody() -> None:
    addresses = [str(a.arguments["email"]) for a in plan(1, UNTIL) if "email" in a.arguments]
    assert len(addresses) == len(set(addresses)) > 800
    assert all(address.partition("@")[2].startswith("example.") for address in addresses)


def test_a_command_that_meets_a_conflict_is_repeated() -> None:
    answers: Iterator[Conflict | Recorded] = iter([Conflict(), Conflict(), Recorded(())])

    def command(*_: object, **__: object) -> Recorded:
        answer = next(answers)
        if not isinstance(answer, Recorded):
            raise answer
        return answer

    action = Action(command=command, by=colleague("recruiter"), at=UNTIL)
    assert Execution(cast("Log", None)).give(action, []) == Recorded(())


def test_a_refusal_ends_it() -> None:
    def refuse(*_: object, **__: object) -> Recorded:
        raise Refusal

    actions = [
        Action(command=refuse, by=colleague("recruiter"), at=UNTIL, changes=(Name("ada"),))
        for _ in range(3)
    ]
    with pytest.raises(Refusal):
        execute(cast("Log", None), actions, lambda _done, _total: None)


def test_an_action_reads_the_names_it_does_not_write() -> None:
    action = Action(
        command=simulate,  # type: ignore[arg-type]
        by=colleague("recruiter"),
        at=UNTIL,
        arguments={"candidate_id": Name("ada"), "requisition_id": Name("R-1"), "source": "event"},
        makes={"application_id": Name("ada, R-1")},
        changes=(Name("ada"),),
    )
    assert action.reads == {Name("R-1")}
    assert action.writes == {Name("ada"), Name("ada, R-1")}


def _remembered(actions: Sequence[Action]) -> list[Fact]:
    """What the actions record, given one after the other."""
    log, facts = remembering()
    execution = Execution(log)
    for action in actions:
        execution.give(action, [])
    return facts


def _at(fact: Fact) -> datetime:
    assert fact.occurred_at
    return fact.occurred_at


def _applications(facts: Sequence[Fact], topic: str) -> set[str]:
    return {fact.data["application_id"] for fact in facts if fact.topic == topic}


def _simulate(hireledger: Hireledger) -> tuple[Log, Summary]:
    log = hireledger.log(organisations.create(hireledger.database, f"simulated {new_id()}"))
    heard: list[tuple[int, int]] = []
    summary = simulate(log, lambda *at: heard.append(at), until=UNTIL, size=SMALL)
    assert heard[-1] == (len(heard), len(heard))
    return log, summary


def _told(log: Log) -> list[tuple[Any, ...]]:
    """All events, in the order they happened, without ids that are new each time."""
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            "SELECT occurred_at, type, reason_code, data FROM events WHERE position > 1"
        ).fetchall()
    return sorted((*row[:2], row[2] or "", repr(_without_new_ids(row[3]))) for row in rows)


def _without_new_ids(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_new_ids(part) for name, part in sorted(value.items())}
        case list():
            return [_without_new_ids(part) for part in value]
        case str() if _is_new_id(value):
            return "new"
    return value


def _is_new_id(text: str) -> bool:
    try:
        return UUID(text).version == 7
    except ValueError:
        return False
