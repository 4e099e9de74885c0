"""Whatever is asked for, in whatever order, the rules hold. No database: the log is a list."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from eventsourcing.persistence import JSONTranscoder
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from commands import (
    applications,
    consents,
    events,
    feedback,
    interviews,
    merging,
    offers,
    organisation,
    outreach,
    pools,
    requisitions,
    starts,
)
from domain import catalogue
from domain.aggregate import Aggregate
from domain.application import Application, Status
from domain.approval import NO_CHAIN, ApprovalSubject
from domain.candidate import Candidate
from domain.errors import NotFound, Refusal
from domain.event import Event, utc_text
from domain.feedback import SurveyMoment
from domain.merging import MergedInto
from domain.organisation import Organisation
from domain.outreach import TouchpointBounced
from domain.plan import STANDARD_PLAN
from domain.pool import TalentPool
from domain.requisition import OpeningState, Requisition
from store.envelope import Attribution, Fact
from store.ids import new_id
from store.log import Log, Recorded
from store.mapper import FactMapper
from tests import examples

AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)
PEOPLE, SEATS = 3, 2
"""Few, so that they meet often."""


class ListLog:
    """What commands need of a log, kept in memory in the shape the database would keep it."""

    def __init__(self) -> None:
        self.mapper = FactMapper(transcoder=JSONTranscoder())
        self.facts: list[Fact] = []
        self.given_out: list[Aggregate] = []

    def get(self, kind: type[AnyAggregate], id: UUID) -> AnyAggregate:
        found = kind.replay(None, self.events(id))
        if found is None:
            raise NotFound(what=kind.stream_type, id=id)
        return found

    def give(self, kind: type[AnyAggregate], id: UUID) -> AnyAggregate:
        self.given_out.append(found := self.get(kind, id))
        return found

    def events(self, id: UUID) -> Iterator[Event]:
        for fact in self.facts:
            if fact.originator_id == id:
                yield cast("Event", self.mapper.to_domain_event(fact))

    def candidate(self, id: UUID) -> Candidate:
        return self.history(id).knowing_others(self.history)

    def history(self, id: UUID) -> Candidate:
        return self.give(Candidate, id)

    def requisition(self, id: UUID) -> Requisition:
        return self.give(Requisition, id)

    def pool(self, id: UUID) -> TalentPool:
        return self.give(TalentPool, id)

    def organisation_itself(self) -> Organisation:
        return self.give(Organisation, self.all(Organisation)[0].id)

    def opened(self, stream_id: UUID, version: int, *_: Any) -> dict[str, Any]:
        """What the event says that is sealed in it."""
        return next(
            {name: said for fields in fact.personal.values() for name, said in fields.items()}
            for fact in self.facts
            if (fact.originator_id, fact.originator_version) == (stream_id, version)
        )

    def entry(self, position: int) -> tuple[Aggregate, int]:
        fact = self.facts[position - 1]
        kind = next(k for k in catalogue.aggregates if k.stream_type == fact.stream_type)
        return self.give(kind, cast("UUID", fact.originator_id)), fact.originator_version

    def candidate_of(self, application_id: UUID) -> Candidate:
        for candidate in self.all(Candidate):
            if application_id in candidate.applications:
                return self.candidate(candidate.id)
        raise NotFound(what="application", id=application_id)

    def candidates_for(self, requisition_id: UUID) -> list[Candidate]:
        return [
            self.history(candidate.id)
            for candidate in self.all(Candidate)
            if any(a.requisition_id == requisition_id for a in candidate.applications.values())
        ]

    def all(self, kind: type[AnyAggregate]) -> list[AnyAggregate]:
        kinds = {fact.originator_id: fact.stream_type for fact in self.facts}
        return [self.get(kind, cast("UUID", id)) for id in kinds if kinds[id] == kind.stream_type]

    def record(self, *changed: Aggregate | None, **_: Any) -> Recorded:
        facts = []
        for aggregate in filter(None, changed):
            for event in aggregate.collect_events():
                fact = self.mapper.to_stored_event(event)
                now = fact.occurred_at or cast("Event", event).timestamp
                sealed: dict[str, Any] = {category: {} for category in fact.personal}
                facts.append(replace(fact, occurred_at=now, sealed=sealed))
        self.facts += facts
        for aggregate in filter(None, changed):
            assert state(self.get(type(aggregate), aggregate.id)) == state(aggregate)
        return Recorded(tuple(facts))


def state(aggregate: Aggregate) -> dict[str, Any]:
    """What an aggregate knows, whichever way it came to know it."""
    own = (
        "_pending_events",
        "_occurring",
        "anomalies",
        "_created_on",
        "_modified_on",
        "history",
        "others",
    )
    return {name: value for name, value in vars(aggregate).items() if name not in own}


numbers = st.integers(0, 9)
times = st.one_of(st.none(), st.integers(1, 60).map(examples.day))
CHANGES_SEVERAL = (applications.hire, applications.reverse_hire, requisitions.close)
STARTS = (
    "application.applied",
    "application.reengaged",
    "application.assigned_to_requisition",
    "application.transferred",
)
REVERSALS = {
    Status.HIRED: applications.reverse_hire,
    Status.REJECTED: applications.reverse_rejection,
    Status.WITHDRAWN: applications.reverse_withdrawal,
}


class Recruiting(RuleBasedStateMachine):
    """A few people and requisitions, and whoever decides about them at random."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = ListLog()
        self.log = cast("Log", self.memory)

    @initialize()
    def begin(self) -> None:
        self.pool, itself = examples.pool(), Organisation.begin(uuid4())
        itself.define_approval_chain(ApprovalSubject.REQUISITION, examples.chain())
        requisitions = [
            examples.open_requisition(SEATS),
            examples.requisition_with_two_interviews(SEATS),
        ]
        people = [examples.applied_on(examples.day(1), requisitions[0]) for _ in range(PEOPLE)]
        for candidate in people:
            candidate.grant_consent("contact", "v1")
        self.memory.record(itself, *requisitions, self.pool, *people)

    def ask(self, command: Callable[..., Recorded], *arguments: Any, **about: Any) -> None:
        """Asks for something, which the rules may refuse; then nothing has happened."""
        before, known = self.applications, len(self.memory.facts)
        may_take = {r.id for r in self.memory.all(Requisition) if r.state == "open"}
        self.memory.given_out.clear()
        facts: tuple[Fact, ...] = ()
        with suppress(Refusal):
            facts = command(self.log, someone(), *arguments, **about).facts
        assert len(self.memory.facts) == known + len(facts)
        if not facts and command not in CHANGES_SEVERAL:
            self.assert_untouched()
        reversed = {f.data["application_id"] for f in facts if f.topic.endswith("_reversed")}
        for id, application in before.items():
            if not application.is_open and str(id) not in reversed:
                after = self.applications[id].now
                # A correction may say when it ended, but not whether.
                assert after == application.now or command is events.correct
                assert after.status == application.now.status
        for fact in facts:
            if fact.topic in STARTS and "requisition_id" in fact.data:
                assert UUID(fact.data["requisition_id"]) in may_take

    def assert_untouched(self) -> None:
        for aggregate in self.memory.given_out:
            assert not aggregate.pending_events
            assert state(aggregate) == state(self.memory.get(type(aggregate), aggregate.id))

    @property
    def applications(self) -> dict[UUID, Application]:
        people = self.memory.all(Candidate)
        return {id: a for candidate in people for id, a in candidate.applications.items()}

    @rule(
        who=numbers,
        which=st.sampled_from([0, 0, 1]),
        verb=st.sampled_from(
            ["apply", "apply", "apply_generally", "assign", "transfer", "reengage"]
        ),
    )
    def start(self, who: int, which: int, verb: str) -> None:
        candidate = self.memory.all(Candidate)[who % PEOPLE]
        requisition_id = self.memory.all(Requisition)[which].id
        first, last = min(candidate.applications), list(candidate.applications)[-1]
        if verb == "apply":
            self.ask(applications.apply, candidate.id, requisition_id=requisition_id)
        if verb == "apply_generally":
            self.ask(applications.apply, candidate.id)
        if verb == "assign":
            self.ask(applications.assign, last, requisition_id)
        if verb == "transfer":
            self.ask(applications.transfer, last, requisition_id)
        if verb == "reengage":
            self.ask(outreach.reengage, candidate.id, requisition_id, previous_application_id=first)

    @rule(
        number=numbers,
        stage=st.sampled_from([None, "screen", "team", "offer", "hired"]),
        decision=st.sampled_from(["move", "screen", "schedule", "hold", "offer"]),
        at=times,
    )
    def move_on(self, number: int, stage: str | None, decision: str, at: Any) -> None:
        id = pick(list(self.applications), number)
        if decision == "move":
            self.ask(applications.move, id, stage or "applied", occurred_at=at)
        if decision == "screen":
            self.ask(applications.screen, id, outcome="passed", stage=stage, occurred_at=at)
        if decision == "schedule":
            starts, ends = examples.day(30), examples.day(30.1)
            self.ask(
                interviews.schedule,
                id,
                starts_at=starts,
                ends_at=ends,
                stage=stage,
                occurred_at=at,
            )
        if decision == "hold":
            arranged = self.memory.candidate_of(id).interviews
            self.ask(interviews.hold, id, pick([*arranged, uuid4()], number), occurred_at=at)
        if decision == "offer":
            self.ask(offers.extend, id, occurred_at=at)

    @rule(
        number=numbers,
        answer=st.sampled_from(["accept", "decline", "expire", "rescind", "extend"]),
        at=times,
    )
    def answer(self, number: int, answer: str, at: Any) -> None:
        known = [(id, o) for c in self.memory.all(Candidate) for id, o in c.offers.items()]
        for offer_id, offer in known[number : number + 1]:
            if answer == "extend":
                self.ask(offers.extend, offer.application_id, offer_id=offer_id, occurred_at=at)
            else:
                reason = [] if answer in ("accept", "expire") else ["salary"]
                command = getattr(offers, answer)
                self.ask(command, offer.application_id, offer_id, *reason, occurred_at=at)

    @rule(
        number=numbers,
        step=st.sampled_from(["draft", "request_approval", "approve", "refuse", "extend_draft"]),
        at=times,
    )
    def prepare_offer(self, number: int, step: str, at: Any) -> None:
        known = [(id, o) for c in self.memory.all(Candidate) for id, o in c.offers.items()]
        if step == "draft" and number % 2:
            pay = {"first_year_pay": f"{number}0000", "currency": "EUR"}
            self.ask(offers.draft, pick(list(self.applications), number), **pay, occurred_at=at)
        for offer_id, offer in known[number : number + 1]:
            about = offer.application_id, offer_id
            if step == "draft":
                self.ask(offers.draft, about[0], offer_id=offer_id, occurred_at=at)
            elif step == "refuse":
                self.ask(offers.refuse_approval, *about, "salary", occurred_at=at)
            else:
                self.ask(getattr(offers, step), *about, occurred_at=at)

    @rule(define=st.booleans())
    def govern(self, define: bool) -> None:
        chain = examples.chain() if define else NO_CHAIN
        self.ask(organisation.define_approval_chain, ApprovalSubject.OFFER, chain)

    @rule(number=numbers, came=st.booleans(), at=times)
    def arrive(self, number: int, came: bool, at: Any) -> None:
        id = pick(list(self.applications), number)
        if came:
            self.ask(starts.start, id, date(2025, 3, 1), occurred_at=at)
        else:
            self.ask(starts.miss, id, "other_job", occurred_at=at)

    @rule(number=numbers, ending=st.sampled_from(["hire", "hire", "reject", "withdraw"]), at=times)
    def end(self, number: int, ending: str, at: Any) -> None:
        reason = [] if ending == "hire" else ["experience"]
        id = pick(list(self.applications), number)
        self.ask(getattr(applications, ending), id, *reason, occurred_at=at)

    @rule(number=numbers, in_error=st.booleans(), at=times)
    def reverse(self, number: int, in_error: bool, at: Any) -> None:
        known = list(self.applications.values())
        application = pick([a for a in known if not a.is_open] or known, number)
        command = REVERSALS.get(application.now.status, applications.reverse_hire)
        self.ask(command, application.id, "error", entered_in_error=in_error, occurred_at=at)

    @rule(
        position=st.integers(0, 200),
        field=st.sampled_from(["occurred_at", "occurred_at", "occurred_at", "reason_code"]),
        to=st.integers(1, 60),
    )
    def correct(self, position: int, field: str, to: int) -> None:
        value = utc_text(examples.day(to)) if field == "occurred_at" else "location"
        self.ask(
            events.correct,
            position % len(self.memory.facts) + 1,
            field=field,
            value=value,
            reason_code="entered_wrong",
        )

    @rule(number=numbers, evidence=st.sampled_from(["answer", "outcome", "scorecard"]), at=times)
    def learn(self, number: int, evidence: str, at: Any) -> None:
        id = pick(list(self.applications), number)
        candidate = self.memory.candidate_of(id)
        if evidence == "answer":
            about = {"moment": SurveyMoment.OUTCOME, "score": number, "application_id": id}
            self.ask(feedback.answer_survey, candidate.id, **about, occurred_at=at)
        if evidence == "outcome":
            self.ask(feedback.record_outcome, id, day=90, retained=True, occurred_at=at)
        if evidence == "scorecard":
            interview = pick([*candidate.interviews, uuid4()], number)
            about = {"interviewer_id": uuid4(), "overall": "strong_yes"}
            self.ask(interviews.submit_scorecard, id, interview, **about, occurred_at=at)

    @rule(who=numbers, contact=st.sampled_from(["join", "leave", "nurture", "bounce", "opt_out"]))
    def keep_in_touch(self, who: int, contact: str) -> None:
        candidate = self.memory.all(Candidate)[who % PEOPLE]
        if contact == "join":
            self.ask(pools.add_member, self.pool.id, candidate.id, "finalist")
        if contact == "leave":
            self.ask(pools.remove_member, self.pool.id, candidate.id, "finalist")
        if contact == "nurture":
            self.ask(outreach.nurture, candidate.id, channel="email", pool_id=self.pool.id)
        if contact == "bounce":
            for id in list(candidate.touchpoints)[-1:]:
                self.ask(outreach.touchpoint_outcome, candidate.id, id, TouchpointBounced)
        if contact == "opt_out":
            self.ask(consents.opt_out, candidate.id, "sms")

    @rule(who=numbers, other=numbers, undo=st.booleans())
    def merge(self, who: int, other: int, undo: bool) -> None:
        people = self.memory.all(Candidate)
        candidate, survivor = people[who % PEOPLE], people[other % PEOPLE]
        if undo:
            self.ask(merging.unmerge, candidate.id, "two_people")
        else:
            self.ask(merging.merge, candidate.id, survivor.id, "same_person")

    @rule(
        what=numbers,
        step=st.sampled_from(
            [
                "put_on_hold",
                "resume",
                "reopen",
                "add_opening",
                "close_opening",
                "reopen_opening",
                "request_approval",
                "approve",
                "refuse_approval",
                "change_plan",
                "post",
                "unpost",
            ]
        ),
    )
    def administer(self, what: int, step: str) -> None:
        requisition = self.memory.all(Requisition)[what % 2]
        explained = ("put_on_hold", "reopen", "close_opening", "reopen_opening", "refuse_approval")
        about: list[Any] = ["budget"] if step in explained else []
        if step in ("close_opening", "reopen_opening"):
            about.insert(0, pick(list(requisition.openings), what))
        plans = pick([STANDARD_PLAN, examples.two_interviews()], what // 2)
        plan = {"plan": plans} if step == "change_plan" else {}
        self.ask(getattr(requisitions, step), requisition.id, *about, **plan)
        after = self.memory.requisition(requisition.id)
        lost = set(requisition.plan.stages) - set(after.plan.stages)
        standing = {a.now.stage for _, a in applications.active_applications(self.log, after)}
        assert not standing & {stage.id for stage in lost}

    @rule(what=numbers, disposition=st.sampled_from([None, None, "position_closed"]))
    def close(self, what: int, disposition: str | None) -> None:
        before = self.memory.all(Requisition)[what % 2]
        self.ask(requisitions.close, before.id, "budget", disposition=disposition)
        after = self.memory.requisition(before.id)
        if before.state != after.state:
            assert not applications.active_applications(self.log, after)

    @invariant()
    def a_candidate_has_one_open_application_for_a_requisition(self) -> None:
        for candidate in self.memory.all(Candidate):
            running = Counter(a.requisition_id for a in candidate.open_applications())
            running.pop(None, None)
            assert set(running.values()) <= {1}

    @invariant()
    def so_has_a_person_but_for_those_they_had_before_a_merge(self) -> None:
        people = {candidate.id: candidate for candidate in self.memory.all(Candidate)}
        merges = [fact.data for fact in self.memory.facts if fact.topic == MergedInto.name]
        twice = {UUID(id) for data in merges for id in data["open_twice"]}
        for candidate in people.values():
            person = candidate.knowing_others(people.__getitem__).person
            running = Counter(a.requisition_id for a in person.open_applications())
            assert {id for id, n in running.items() if n > 1} <= {None, *twice}

    @invariant()
    def nobody_is_merged_in_a_circle(self) -> None:
        into = {c.id: c.merged_into for c in self.memory.all(Candidate)}
        for _ in range(PEOPLE):
            into = {id: survivor and into[survivor] for id, survivor in into.items()}
        assert set(into.values()) == {None}

    @invariant()
    def every_filled_opening_has_its_hire(self) -> None:
        facts = self.memory.facts
        taken_back = {
            (fact.originator_id, fact.data["reverses"])
            for fact in facts
            if fact.topic == "application.hire_reversed"
        }
        hires = [
            UUID(fact.data["opening_id"])
            for fact in facts
            if fact.topic == "application.hired"
            and (fact.originator_id, fact.originator_version) not in taken_back
        ]
        filled = [
            opening
            for requisition in self.memory.all(Requisition)
            for opening, of in requisition.openings.items()
            if of == OpeningState.FILLED
        ]
        assert sorted(hires) == sorted(filled)

    @invariant()
    def streams_have_no_gaps(self) -> None:
        heads: Counter[Any] = Counter()
        for fact in self.memory.facts:
            heads[fact.originator_id] += 1
            assert fact.originator_version == heads[fact.originator_id]


def pick(choices: list[Any], number: int) -> Any:
    return choices[number % len(choices)]


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


TestRecruiting = Recruiting.TestCase
TestRecruiting.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    # Making a failure small takes longer than a test may; add Phase.shrink to look into one.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
