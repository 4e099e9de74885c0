"""Random events and, from the domain's own verbs, random histories."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import FunctionType, NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain import catalogue
from domain.agency import OwnershipDays
from domain.aggregate import Aggregate
from domain.application import Application, Status
from domain.application_form import NO_QUESTIONS, ApplicationForm
from domain.approval import NO_CHAIN, ApprovalStep, ApprovalSubject, ChainStep
from domain.bulk_action import RefusedItem
from domain.campaign import RefusedRule
from domain.campaign import Step as CampaignStep
from domain.candidate import Candidate
from domain.check import Measure
from domain.correction import correctable_fields
from domain.cost import Cost, CostScope
from domain.document import MediaType
from domain.errors import Refusal
from domain.event import (
    Amount,
    Category,
    Code,
    Count,
    Currency,
    Event,
    Moment,
    Percent,
    PublicText,
    Sealed,
    Words,
    utc_text,
)
from domain.feedback import Day, Score, SurveyMoment
from domain.interview import Participation, Party
from domain.kit import KitReference, Rating
from domain.knock_out import KnockOutPolicy
from domain.member import Member
from domain.message import MessageState
from domain.message_template import TemplateText
from domain.offer import OfferState
from domain.organisation import Organisation
from domain.outreach import (
    TouchpointBounced,
    TouchpointClicked,
    TouchpointDelivered,
    TouchpointOpened,
    TouchpointReplied,
)
from domain.plan import STANDARD_PLAN, InterviewPlan, StageKind
from domain.pool_rule import PoolRule
from domain.reason import ReasonKind
from domain.requisition import Requisition, State
from domain.role import Role
from domain.search_criteria import SearchCriteria
from domain.self_identification import form_for
from domain.self_scheduling import Slot, SlotRule
from domain.survey import ApartDays, WaitDays
from tests import examples

Picked = TypeVar("Picked")

OWNERS = tuple(UUID(int=number) for number in (11, 12))
"""Who looks after applications and requisitions."""

storable = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
hard_texts = ["", "👩🏽‍💻 ✓ ẞ", "line\r\n\ttab\x1b\x7f", "Redacted", '{"a": 1}', "ü" * 5_000]
texts = st.one_of(st.text(storable, max_size=80), st.sampled_from(hard_texts))
codes = st.from_regex(r"[a-z0-9][a-z0-9_.:-]{0,63}", fullmatch=True)
moments = st.integers(-2 * 10**15, 0).map(
    lambda microseconds: examples.day(0) + timedelta(microseconds=microseconds)
)
numbers = st.integers(0, 2**53 - 1)
words = st.text(storable, min_size=1, max_size=300)
amounts = st.from_regex(r"[0-9]{1,12}(\.[0-9]{1,2})?", fullmatch=True)

_by_annotation: list[tuple[Any, SearchStrategy[Any]]] = [
    (Code, codes),
    (MediaType, st.sampled_from(["application/pdf", "image/svg+xml"])),
    (Words, words),
    (TemplateText, words),
    (Moment, moments),
    (Count, numbers),
    (Amount, amounts),
    (Currency, st.sampled_from(["EUR", "USD", "CHF"])),
    (Percent, st.integers(0, 100)),
    (Score, st.integers(0, 10)),
    (Day, st.integers(1, 730)),
    (OwnershipDays, st.integers(1, 1825)),
    (WaitDays, st.integers(0, 60)),
    (ApartDays, st.integers(0, 365)),
    (ApplicationForm, st.sampled_from([NO_QUESTIONS, examples.form()])),
    (UUID, st.uuids()),
    (bool, st.booleans()),
    (date, st.dates()),
    (str, texts),
    (NoneType, st.none()),
    (InterviewPlan, st.sampled_from([STANDARD_PLAN, examples.two_interviews()])),
    (KitReference, st.builds(KitReference, stage=codes, version=numbers)),
    (SlotRule, st.just(SlotRule(opens_at=examples.day(0), closes_at=examples.day(30)))),
    (Slot, st.builds(Slot, starts_at=moments, ends_at=moments)),
    (Rating, st.builds(Rating, attribute=codes, rating=st.integers(1, 10))),
    (Measure, st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", fullmatch=True)),
    (
        RefusedItem,
        st.builds(
            RefusedItem,
            application_id=st.uuids(),
            rule=st.just("already-closed"),
            words=words,
        ),
    ),
    (ApprovalStep, st.sampled_from(examples.chain().steps_at("90000", "EUR"))),
    (ChainStep, st.sampled_from(examples.chain().steps)),
    (PublicText, words),
    (CampaignStep, st.builds(CampaignStep, subject=words, body=words, days=st.integers(0, 365))),
    (PoolRule, st.builds(PoolRule, tags_all=st.tuples(codes), reached=st.sampled_from(StageKind))),
    (SearchCriteria, st.builds(SearchCriteria, tags_any=st.tuples(codes), pools=st.just(()))),
    (RefusedRule, st.builds(RefusedRule, rule=codes, people=numbers)),
]


def values(annotation: Any) -> SearchStrategy[Any]:
    """Values of a field, by its annotation."""
    for known, strategy in _by_annotation:
        if annotation == known:
            return strategy
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return values(arguments[0])
    if get_origin(annotation) in (Union, UnionType):
        return st.one_of(*(values(one) for one in arguments if one is not Sealed))
    if get_origin(annotation) is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    raise LookupError(f"no strategy for {annotation}")


def fields(event_class: type[Event]) -> Mapping[str, Any]:
    """The annotations of what an event says, besides the envelope."""
    hints = get_type_hints(event_class, include_extras=True)
    envelope = {"originator_id", "originator_version", "timestamp", "back_dated"}
    return {name: hints[name] for name in event_class.model_fields if name not in envelope}


def events_of(
    event_class: type[Event], stream_id: UUID | None = None, version: int = 1
) -> SearchStrategy[Event]:
    """Random events of a class."""
    return st.builds(
        event_class,
        originator_id=st.just(stream_id) if stream_id else st.uuids(),
        originator_version=st.just(version),
        timestamp=moments,
        back_dated=st.just(True),
        **{name: values(annotation) for name, annotation in fields(event_class).items()},
    )


any_event_class = st.sampled_from(list(catalogue.events.values()))
any_event = any_event_class.flatmap(events_of)


@dataclass(frozen=True)
class Step:
    """Something that may happen next; what is refused has not happened."""

    verb: str
    who: int
    what: int
    half_day: int | None
    flag: bool

    @property
    def at(self) -> datetime | None:
        return None if self.half_day is None else examples.day(self.half_day / 2)


class World:
    """A few people, requisitions, pools and costs, to whom steps happen in memory."""

    def __init__(self) -> None:
        self.requisitions = [
            examples.requisition_approved_in_steps(openings=2, on=examples.day(0)),
            examples.requisition_with_two_interviews(openings=1, on=examples.day(0)),
        ]
        self.pools = [examples.pool(), examples.pool()]
        self.costs: list[Cost] = []
        self.members = [Member.begin(uuid4()).at(examples.day(0)) for _ in range(2)]
        for member in self.members:
            member.invite(Role.RECRUITER, "Eve", None)
            member.join("Eve")
        self.organisation = Organisation.begin(uuid4()).at(examples.day(0))
        self.organisation.define_approval_chain(ApprovalSubject.OFFER, examples.chain())
        self.candidates = [Candidate.begin(uuid4()).at(examples.day(0)) for _ in range(4)]
        for number, candidate in enumerate(self.candidates):
            candidate.register(
                full_name="Ada Lovelace", source=pick(sources, number), region=pick(regions, number)
            )
            candidate.grant_consent("contact", "v1")
            if number:
                requisition = pick(self.requisitions, number)
                candidate.at(examples.day(number)).apply_for(uuid4(), requisition)

    @property
    def everyone(self) -> list[Aggregate]:
        return [
            *self.requisitions,
            *self.pools,
            *self.candidates,
            *self.costs,
            *self.members,
            self.organisation,
        ]

    @property
    def changed(self) -> list[Aggregate]:
        """Everyone with something not yet recorded."""
        return [one for one in self.everyone if one.pending_events]

    @property
    def events(self) -> int:
        """How much has happened."""
        return sum(one.version for one in self.everyone)

    def take(self, step: Step) -> None:
        """Lets a step happen to the first, from `who` on, to whom the rules allow it."""
        known = {candidate.id: candidate for candidate in self.candidates}
        for candidate in self.candidates:
            candidate.knowing_others(known.__getitem__)
        for candidate in self.candidates[step.who :] + self.candidates[: step.who]:
            before = self.events
            with suppress(Refusal, IndexError):
                verbs[step.verb](self, candidate.at(step.at), step)
            if self.events > before:
                return

    def requisition_of(self, application: Application) -> Requisition | None:
        return next((r for r in self.requisitions if r.id == application.requisition_id), None)

    def plan_of(self, application: Application) -> InterviewPlan:
        requisition = self.requisition_of(application)
        return requisition.plan if requisition else STANDARD_PLAN

    def apply(self, candidate: Candidate, step: Step) -> None:
        requisition = None if step.what % 4 == 3 else pick(self.requisitions, step.what)
        source = pick(sources, step.what + step.who)
        candidate.at(early(step)).apply_for(uuid4(), requisition, source=source)

    def assign(self, candidate: Candidate, step: Step) -> None:
        general = [a for a in candidate.open_applications() if a.requisition_id is None]
        candidate.assign(pick(general, step.what).id, pick(self.requisitions, step.what))

    def own(self, candidate: Candidate, step: Step) -> None:
        owner = pick(OWNERS, step.who) if step.flag else None
        candidate.assign_owner(owner, one_of(candidate, step).id)

    def staff(self, _: Candidate, step: Step) -> None:
        team: dict[str, Any] = {"recruiter_ids": OWNERS[: step.who % 2 + 1]}
        if step.flag:
            team = {"hiring_manager_id": pick(OWNERS, step.who)}
        pick(self.requisitions, step.what).at(step.at).change_details(**team)

    def transfer(self, candidate: Candidate, step: Step) -> None:
        target = pick(self.requisitions, step.what)
        stage = pick(target.plan.stages, step.who).id if step.flag else None
        candidate.transfer(one_of(candidate, step).id, target, stage)

    def tag(self, candidate: Candidate, step: Step) -> None:
        application = one_of(candidate, step) if step.what % 2 else None
        on = application.id if application else None
        if step.flag:
            candidate.tag(pick(tags, step.what), on)
        else:
            candidate.untag(pick(tags, step.what), on)

    def check(self, candidate: Candidate, step: Step) -> None:
        """The next step of a background check, or another kind of check."""
        id, known = one_of(candidate, step).id, list(candidate.background_checks.items())
        mine = [check_id for check_id, check in known if check.application_id == id]
        match step.what:
            case 0:
                candidate.record_reference(id, relationship="manager", outcome="positive")
            case 1:
                scale = {"score": "7.5", "scale_from": "0", "scale_to": "10"}
                candidate.record_assessment(
                    id, provider="lab", kind="coding", outcome="passed", **scale
                )
            case 2:
                candidate.record_background_check(
                    id, uuid4(), kind="criminal", provider="lab", status="consider"
                )
            case 3:
                status = "clear" if step.flag else "consider"
                candidate.report_background_check(id, pick(mine, step.who), status)
            case _:
                candidate.give_pre_adverse_notice(id, pick(mine, step.who))

    def take_note(self, candidate: Candidate, step: Step) -> None:
        mentioned = self.members[: step.what % 3]
        candidate.add_note("Look at her", mentions=mentioned)

    def look(self, _: Candidate, step: Step) -> None:
        member = pick(self.members, step.who).at(step.at)
        member.acknowledge_mention(step.what * 10 + (step.half_day or 0))

    def speak(self, _: Candidate, step: Step) -> None:
        """Of what tags and reasons mean."""
        organisation, kind = self.organisation.at(step.at), pick(list(ReasonKind), step.who)
        code = pick(("experience", "salary", "portfolio"), step.what)
        if step.what % 3 == 0:
            (organisation.define_tag if step.flag else organisation.retire_tag)(
                *([tags[0], f"Title {step.what}"] if step.flag else [tags[0]])
            )
        elif step.flag:
            organisation.define_reason_code(kind, code, f"Title {step.what}")
        else:
            organisation.retire_reason_code(kind, code)

    def move(self, candidate: Candidate, step: Step) -> None:
        application = one_of(candidate, step)
        plan = self.plan_of(application)
        candidate.move(application.id, pick(plan.stages, step.what).id, plan)

    def screen(self, candidate: Candidate, step: Step) -> None:
        application = one_of(candidate, step)
        plan = self.plan_of(application)
        stage = pick(plan.stages, step.what).id if step.flag else None
        rule = "knock_out" if step.what % 3 == 0 else None
        candidate.screen(application.id, plan, outcome="passed", stage_id=stage, rule=rule)

    def interview(self, candidate: Candidate, step: Step) -> None:
        application, interview_id = one_of(candidate, step), uuid4()
        plan = self.plan_of(application)
        candidate.schedule_interview(
            application.id,
            interview_id,
            plan,
            starts_at=None,
            ends_at=None,
            interviewer_ids=(uuid4(), uuid4()),
        )
        candidate.hold_interview(interview_id, plan)

    def arrange(self, candidate: Candidate, step: Step) -> None:
        """An interview to come, or that was to come."""
        application, starts_at = one_of(candidate, step), examples.day(step.what * 11 + step.who)
        candidate.schedule_interview(
            application.id,
            uuid4(),
            self.plan_of(application),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            time_zone="Europe/Berlin",
            interviewer_ids=tuple(interviewers[: step.who % 3]),
            location="Room 4" if step.flag else None,
        )

    def follow_up(self, candidate: Candidate, step: Step) -> None:
        """An interview is moved, changed, cancelled, missed, held or answered, in any order."""
        interview_id = pick(list(candidate.interviews), step.who + step.what)
        interview = candidate.interview(interview_id)
        invited = pick([None, *interview.interviewer_ids], step.who)
        match step.what:
            case 0:
                starts_at = examples.day(step.who * 17 + 5)
                candidate.rearrange_interview(
                    interview_id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
                )
            case 1:
                ids = tuple(interviewers[step.who % 3 :])
                candidate.rearrange_interview(interview_id, interviewer_ids=ids)
            case 2:
                candidate.cancel_interview(
                    interview_id, "ill", cancelled_by=Party.CANDIDATE if step.flag else Party.US
                )
            case 3:
                absent = Party.US if invited else Party.CANDIDATE
                candidate.miss_interview(interview_id, absent, invited)
            case 4:
                plan = self.plan_of(candidate.application(interview.application_id))
                candidate.hold_interview(interview_id, plan)
            case _:
                answer = pick(list(Participation), step.who)
                sequence = interview.sequence if step.flag else 0
                candidate.answer_interview(
                    interview_id, answer, interviewer_id=invited, sequence=sequence
                )

    def assess_anew(self, candidate: Candidate, step: Step) -> None:
        interview_id = pick(list(candidate.interviews), step.what)
        candidate.submit_scorecard(interview_id, pick(interviewers, step.who), "yes")

    def offer(self, candidate: Candidate, step: Step) -> None:
        application = one_of(candidate, step)
        pay: dict[str, Any] = {}
        if step.what:
            pay = {"first_year_pay": f"{step.what}0000", "currency": "EUR" if step.who else "USD"}
        candidate.extend_offer(application.id, uuid4(), self.plan_of(application), **pay)

    def draft(self, candidate: Candidate, step: Step) -> None:
        application = one_of(candidate, step)
        known = [id for id, o in candidate.offers.items() if o.application_id == application.id]
        pay = {"first_year_pay": f"{step.what + 5}0000", "currency": "EUR"}
        id = pick(known, step.who) if known and step.flag else uuid4()
        candidate.draft_offer(
            application.id,
            id,
            **pay,
            start_date=date(2025, 5, 1),
            expires_at=examples.day(60 + step.what) if step.flag else None,
        )

    def prepare(self, candidate: Candidate, step: Step) -> None:
        """The next thing to be done about a draft, by whoever may."""
        id = pick([id for id, offer in candidate.offers.items() if offer.draft], step.who)
        draft = candidate.draft_of(id)
        if draft.state == OfferState.DRAFTED:
            steps = examples.chain().steps_at(f"{step.what + 5}0000", "EUR")
            candidate.request_offer_approval(id, steps if step.what else ())
        elif draft.state == OfferState.AWAITING_APPROVAL:
            who = [examples.LEAD, examples.FINANCE, examples.BOARD]
            if step.what == 5:
                candidate.refuse_offer(id, "salary", pick(who, step.who))
            else:
                candidate.approve_offer(id, examples.BOARD if step.flag else pick(who, step.who))
        else:
            plan = self.plan_of(candidate.application(candidate.offer(id).application_id))
            candidate.extend_draft(id, plan, first_year_pay="60000")

    def start(self, candidate: Candidate, step: Step) -> None:
        application = pick([a for a in candidate.applications.values() if a.opening_id], step.what)
        if step.flag:
            candidate.start(application.id, date(2025, 3, 1) + timedelta(days=step.what))
        else:
            candidate.miss_start(application.id, "other_job")

    def change_plan(self, _: Candidate, step: Step) -> None:
        requisition = pick(self.requisitions, step.who)
        running = [a for c in self.candidates for a in c.open_applications()]
        in_use = {a.now.stage for a in running if a.requisition_id == requisition.id}
        plan = examples.two_interviews() if step.flag else STANDARD_PLAN
        requisition.at(step.at).change_plan(plan, in_use)

    def ask_again(self, _: Candidate, step: Step) -> None:
        """More than was approved; or no more, as it happens."""
        requisition = pick(self.requisitions, step.who).at(step.at)
        if step.flag:
            pay = {"budget_amount": f"{step.what + 5}0000", "currency": "EUR"}
            requisition.change_details(examples.chain(), **pay)
        else:
            requisition.change_details(examples.chain(), level=f"Level {step.what}")

    def approve(self, _: Candidate, step: Step) -> None:
        requisition = pick(self.requisitions, step.who).at(step.at)
        if requisition.state == State.APPROVED:
            requisition.open()
        elif requisition.state == State.DRAFT:
            requisition.request_approval(examples.chain())
        elif step.what == 5 and step.flag:
            requisition.refuse_approval("budget", examples.LEAD)
        else:
            waits = requisition.approval.step if requisition.approval else None
            requisition.approve(pick(waits.approver_ids, step.what) if waits else None)

    def give_up_opening(self, _: Candidate, step: Step) -> None:
        requisition = pick(self.requisitions, step.who).at(step.at)
        opening = pick(list(requisition.openings), step.what)
        if step.flag:
            requisition.close_opening(opening, "budget")
        else:
            requisition.resume_opening(opening, "new_budget")

    def govern(self, _: Candidate, step: Step) -> None:
        organisation, template = self.organisation.at(step.at), f"plan-{step.who % 2}"
        if step.what == 0:
            chain = examples.chain() if step.flag else NO_CHAIN
            organisation.define_approval_chain(ApprovalSubject.OFFER, chain)
        elif step.flag:
            organisation.save_plan_template(template, f"Plan {step.what}", STANDARD_PLAN)
        else:
            organisation.retire_plan_template(template)

    def accept(self, candidate: Candidate, step: Step) -> None:
        candidate.accept_offer(pick(list(candidate.offers), step.what))

    def decline(self, candidate: Candidate, step: Step) -> None:
        candidate.decline_offer(pick(list(candidate.offers), step.what), "salary")

    def rescind(self, candidate: Candidate, step: Step) -> None:
        candidate.rescind_offer(pick(list(candidate.offers), step.what), "budget")

    def expire(self, candidate: Candidate, step: Step) -> None:
        candidate.expire_offer(pick(list(candidate.offers), step.what))

    def hire(self, candidate: Candidate, step: Step) -> None:
        application = one_of(candidate, step)
        requisition = self.requisition_of(application)
        if requisition is not None:
            opening = requisition.free_opening()
            starts_on = date(2025, 1, 10) + timedelta(days=step.what * 9)
            candidate.hire(application.id, requisition.plan, opening, starts_on)
            requisition.at(step.at).fill(opening, application.id)

    def reject(self, candidate: Candidate, step: Step) -> None:
        candidate.reject(one_of(candidate, step).id, "experience", notes="Too junior")

    def withdraw(self, candidate: Candidate, step: Step) -> None:
        candidate.withdraw(one_of(candidate, step).id, "other_job")

    def reverse(self, candidate: Candidate, step: Step) -> None:
        closed = [a for a in candidate.applications.values() if not a.is_open]
        application = pick(closed, step.what)
        status, opening = application.now.status, application.opening_id
        decide = {
            Status.HIRED: candidate.reverse_hire,
            Status.REJECTED: candidate.reverse_rejection,
            Status.WITHDRAWN: candidate.reverse_withdrawal,
        }[status]
        decide(application.id, "error" if step.flag else "new_facts", step.flag)
        requisition = self.requisition_of(application)
        if status == Status.HIRED and opening and requisition:
            requisition.at(step.at).reopen_opening(opening, step.flag)

    def assess(self, candidate: Candidate, step: Step) -> None:
        interview_id = pick(list(candidate.interviews), step.what)
        candidate.submit_scorecard(interview_id, uuid4(), "strong_yes", "Thinks aloud")

    def answer_survey(self, candidate: Candidate, step: Step) -> None:
        application = one_of(candidate, step) if step.flag else None
        candidate.answer_survey(
            pick(list(SurveyMoment), step.what),
            (step.what * 7 + step.who) % 11,
            application_id=application.id if application else None,
            comment="Everyone was on time",
        )

    def record_outcome(self, candidate: Candidate, step: Step) -> None:
        hired = [a for a in candidate.applications.values() if a.now.status == Status.HIRED]
        candidate.record_outcome(
            pick(hired, step.what).id,
            pick((90, 180, 365), step.what),
            performance=step.what * 20,
            ramp_up=step.who * 30 if step.flag else None,
            manager_satisfaction=None if step.flag else 70,
            retained=step.flag,
        )

    def recall(self, candidate: Candidate, step: Step) -> None:
        """An imported history decides on after the end."""
        application = one_of(candidate, step)
        plan = self.plan_of(application)
        candidate.from_history()
        if step.flag:
            candidate.screen(application.id, plan, outcome="passed")
        else:
            candidate.reject(application.id, "experience")
        candidate.anomalies = None

    def join(self, candidate: Candidate, step: Step) -> None:
        candidate.add_to_pool(pick(self.pools, step.what), "finalist")

    def leave(self, candidate: Candidate, step: Step) -> None:
        candidate.remove_from_pool(pick(self.pools, step.what).id, "not_interested")

    def contact(self, candidate: Candidate, step: Step) -> None:
        pool = next(iter(sorted(candidate.pools)), None)
        channel = f"channel-{len(candidate.touchpoints)}"
        candidate.nurture(uuid4(), channel, pool_id=pool, logged_by_hand=step.flag)

    def respond(self, candidate: Candidate, step: Step) -> None:
        touchpoint = pick(list(candidate.touchpoints), step.who + step.what)
        outcome = pick(outcomes, step.what)
        about = {"by_scanner": step.flag} if outcome is TouchpointClicked else {}
        candidate.touchpoint_outcome(outcome, touchpoint, **about)

    def attend(self, candidate: Candidate, _: Step) -> None:
        candidate.attend("meetup")

    def grant(self, candidate: Candidate, step: Step) -> None:
        expires_at = examples.day(step.what * 20) if step.flag else None
        candidate.grant_consent("contact", "v2", expires_at)

    def withdraw_consent(self, candidate: Candidate, _: Step) -> None:
        candidate.withdraw_consent("contact")

    def opt_out(self, candidate: Candidate, step: Step) -> None:
        candidate.opt_out("all" if step.what == 0 and step.flag else f"channel-{step.what}")

    def come_back(self, candidate: Candidate, step: Step) -> None:
        previous = pick([*candidate.applications, None], step.what)
        candidate.reengage(
            uuid4(), pick(self.requisitions, step.what), previous_application_id=previous
        )

    def erase(self, candidate: Candidate, step: Step) -> None:
        """What is destroyed is destroyed today, whatever else is entered late."""
        categories = None if step.flag else [Category.SURVEY]
        candidate.at(None).erase("request", [], self.requisitions, categories)

    def merge(self, candidate: Candidate, step: Step) -> None:
        candidate.at(None).merge_into(pick(self.candidates, step.what), "same_person")

    def unmerge(self, candidate: Candidate, _: Step) -> None:
        candidate.at(None).unmerge("two_people")

    def write(self, candidate: Candidate, step: Step) -> None:
        answered = next(reversed(candidate.messages), None) if step.flag else None
        candidate.request_message(
            one_of(candidate, step).id,
            uuid4(),
            subject="Your application",
            body="We would like to meet you.",
            send_at=examples.day(step.what * 20),
            in_reply_to=answered,
        )

    def deliver(self, candidate: Candidate, step: Step) -> None:
        """A message goes out, is cancelled, comes back or is answered, in any order."""
        ours = [id for id, m in candidate.messages.items() if m.state != MessageState.RECEIVED]
        message_id = pick(ours, step.who + step.what)
        match step.what % 4:
            case 0:
                candidate.cancel_message(message_id)
            case 1:
                candidate.note_sending(message_id, "hash", "ada@example.org")
            case 2:
                candidate.bounce_message(message_id, "5.1.1", permanent=step.flag)
            case _:
                candidate.receive_message(uuid4(), message_id, automatic=step.flag, body="Yes")

    def hand_in(self, candidate: Candidate, step: Step) -> None:
        """A document comes and, most often, is read."""
        document_id = uuid4()
        of = one_of(candidate, step).id if step.flag and candidate.applications else None
        candidate.attach_document(
            document_id,
            kind=pick(("resume", "cover_letter"), step.who),
            media_type="application/pdf",
            size=1,
            sha256="ab",
            filename="a.pdf",
            content_key="key",
            application_id=of,
        )
        if step.what:
            code = "encrypted" if step.what == 1 else None
            candidate.at(step.at).note_reading(
                document_id, reason_code=code, format="pdf", suggests=step.what > 2
            )

    def settle(self, candidate: Candidate, step: Step) -> None:
        """What a document suggests is confirmed or dismissed, or the document is destroyed."""
        document_id = pick(list(candidate.person.documents), step.who)
        match step.what % 3:
            case 0:
                candidate.confirm_suggestion(document_id, full_name="Ada King")
            case 1:
                candidate.dismiss_suggestion(document_id, "nothing_new")
            case _:
                candidate.at(None).remove_document(document_id, "wrong", self.requisitions)

    def change_form(self, _: Candidate, step: Step) -> None:
        form = examples.form() if step.flag else NO_QUESTIONS
        pick(self.requisitions, step.what).at(step.at).change_form(form)

    def knock_out(self, candidate: Candidate, step: Step) -> None:
        """Some rule is not met, or somebody has looked at it."""
        id = one_of(candidate, step).id
        if step.who == 0:
            candidate.waive_knock_out(id, "equivalent")
        elif step.who == 1:
            candidate.confirm_knock_out(id)
        else:
            policy = KnockOutPolicy.REVIEW if step.flag else KnockOutPolicy.REJECT
            candidate.knock_out(id, ["permit", "years"][step.what % 2 :], policy)

    def self_identify(self, candidate: Candidate, step: Step) -> None:
        form = form_for("us", examples.day(0).date())
        assert form is not None
        given = {"gender": "female"} if step.flag else {}
        candidate.self_identify(one_of(candidate, step).id, form, given)

    def change_details(self, _: Candidate, step: Step) -> None:
        requisition = pick(self.requisitions, step.what)
        title = f"Engineer, level {step.what}" if step.flag else None
        requisition.at(step.at).change_details(title=title, department=f"Team {step.who}")

    def put_on_hold(self, _: Candidate, step: Step) -> None:
        pick(self.requisitions, step.what).at(step.at).put_on_hold("budget")

    def resume(self, _: Candidate, step: Step) -> None:
        pick(self.requisitions, step.what).at(step.at).resume()

    def add_opening(self, _: Candidate, step: Step) -> None:
        pick(self.requisitions, step.what).at(step.at).add_opening(uuid4())

    def post(self, _: Candidate, step: Step) -> None:
        pick(self.requisitions, step.what).at(step.at).post(pick(channels, step.who))

    def unpost(self, _: Candidate, step: Step) -> None:
        pick(self.requisitions, step.what).at(step.at).unpost(pick(channels, step.who))

    def spend(self, _: Candidate, step: Step) -> None:
        cost, scope = Cost.begin(uuid4()).at(step.at), pick(list(CostScope), step.what)
        spent_on: dict[CostScope, dict[str, Any]] = {
            CostScope.REQUISITION: {"requisition_id": pick(self.requisitions, step.who).id},
            CostScope.SOURCE: {"source_code": "referral"},
            CostScope.CAMPAIGN: {"campaign_id": UUID(int=step.who)},
            CostScope.PERIOD: {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 1, 31)},
        }
        cost.record(
            scope,
            category="advertising",
            internal=step.flag,
            comparable=(step.who + step.what) % 3 != 0,
            amount=f"{step.what * 100}.50",
            currency="EUR" if step.who else "USD",
            **spent_on[scope],
        )
        self.costs.append(cost)

    def correct(self, candidate: Candidate, step: Step) -> None:
        correct(candidate, step)

    def correct_requisition(self, _: Candidate, step: Step) -> None:
        correct(pick(self.requisitions, step.who).at(step.at), step)

    def correct_cost(self, _: Candidate, step: Step) -> None:
        correct(pick(self.costs, step.who).at(step.at), step)


verbs: dict[str, Callable[[World, Candidate, Step], None]] = {
    name: verb
    for name, verb in vars(World).items()
    if isinstance(verb, FunctionType) and name not in ("__init__", "take") and "_of" not in name
}
outcomes = (
    TouchpointDelivered,
    TouchpointOpened,
    TouchpointClicked,
    TouchpointReplied,
    TouchpointBounced,
)


interviewers = [UUID(int=number) for number in (11, 12, 13)]
regions = ("de", "de-be", "gb-lnd", None)
channels = ("careers_page", "linkedin")
tags = ("finalist", "remote")
sources = ("referral", "linkedin", "job_board")
right: dict[str, str | int | bool | None] = {
    "source": "job_board",
    "reason_code": "mistyped",
    "by_scanner": True,
    "bounce": "soft",
    "expires_at": None,
    "score": 3,
    "performance": 55,
    "retained": None,
    "title": "Corrected title",
    "amount": "99.90",
    "ends_on": "2025-02-10",
    "first_year_pay": "55000.50",
    "currency": "EUR",
    "full_name": "Ada King",
}
"""What entries should have said; when they happened is up to the step."""


def correct(aggregate: Aggregate, step: Step) -> None:
    """Corrects something in an earlier entry, most often when it happened."""
    number = step.what * 7 + step.who * 3 + (step.half_day or 0)
    entry = pick(aggregate.history, number)
    days = timedelta(days=number % 9 - 5)
    said = {**right, "occurred_at": utc_text(entry.timestamp + days)}
    fields = [field for field in correctable_fields(type(entry)) if field in said]
    field = "occurred_at" if step.flag else pick(fields[1:] or fields, step.what)
    aggregate.correct_entry(entry.originator_version, field, said[field], "entered_wrong")


def pick(choices: Sequence[Picked], number: int) -> Picked:
    """One of them. Raises IndexError where there is none."""
    return choices[number % len(choices)] if choices else choices[0]


def one_of(candidate: Candidate, step: Step) -> Application:
    return pick(list(candidate.applications.values()), step.what)


def early(step: Step) -> datetime | None:
    """Most applications begin early, so that most of what happens happens to one."""
    return None if step.half_day is None else examples.day(step.half_day / 8)


often = (
    "screen",
    "interview",
    "offer",
    "draft",
    "prepare",
    "prepare",
    "approve",
    "accept",
    "hire",
    "start",
    "reverse",
    "transfer",
    "tag",
    "contact",
    "respond",
    "write",
    "deliver",
    "hand_in",
    "settle",
    "arrange",
    "follow_up",
    "follow_up",
    "correct",
    "merge",
    "unmerge",
)


def histories_of(chosen: Sequence[str]) -> SearchStrategy[list[Step]]:
    """Random histories of these verbs: steps to take in a World, many of them entered late."""
    steps = st.builds(
        Step,
        verb=st.sampled_from(chosen),
        who=st.integers(0, 3),
        what=st.integers(0, 5),
        half_day=st.one_of(st.none(), st.integers(0, 120), st.integers(0, 120)),
        flag=st.booleans(),
    )
    return st.lists(steps, min_size=30, max_size=70)


histories = histories_of([*verbs, *often, *often])
