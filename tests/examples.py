"""Named histories that tests start from, each built on the one before. No database needed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from domain.application import Application
from domain.application_form import ApplicationForm, KnockOut, Question, QuestionKind
from domain.approval import ApprovalChain, ChainStep
from domain.candidate import Candidate
from domain.cost import Cost, CostScope
from domain.plan import InterviewPlan, Stage, StageKind
from domain.pool import TalentPool
from domain.requisition import Requisition


def day(number: float) -> datetime:
    """A moment in a past year: so many days after it began."""
    return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number)


def two_interviews() -> InterviewPlan:
    return InterviewPlan(
        stages=(
            Stage(id="applied", name="Applied", kind=StageKind.APPLIED),
            Stage(id="phone", name="Phone call", kind=StageKind.SCREEN),
            Stage(id="team", name="Team interview", kind=StageKind.INTERVIEW),
            Stage(id="panel", name="Panel", kind=StageKind.INTERVIEW),
            Stage(id="offer", name="Offer", kind=StageKind.OFFER),
            Stage(id="hired", name="Hired", kind=StageKind.HIRED),
        )
    )


def form() -> ApplicationForm:
    """A question of each kind; who has no permit, or too few years, is knocked out."""
    return ApplicationForm(
        questions=(
            Question(
                id="permit",
                label="May you work here?",
                kind=QuestionKind.YES_NO,
                required=True,
                knock_out=KnockOut(answers=("no",)),
            ),
            Question(
                id="years",
                label="Years with SQL",
                kind=QuestionKind.NUMBER,
                knock_out=KnockOut(below=3, above=60),
            ),
            Question(
                id="shift",
                label="Which shift?",
                kind=QuestionKind.SINGLE_CHOICE,
                choices=("Day", "Night"),
                knock_out=KnockOut(answers=("Night",)),
            ),
            Question(
                id="tools",
                label="Your tools",
                kind=QuestionKind.MULTIPLE_CHOICE,
                choices=("Python", "Rust", "Fax"),
                knock_out=KnockOut(answers=("Fax",)),
            ),
            Question(id="start", label="From when on?", kind=QuestionKind.DATE),
            Question(id="hobby", label="A hobby", kind=QuestionKind.SHORT_TEXT),
            Question(id="why", label="Why us?", kind=QuestionKind.LONG_TEXT),
        )
    )


LEAD, FINANCE, BOARD = (UUID(int=number) for number in (1, 2, 3))
"""Who approves."""


def chain() -> ApprovalChain:
    """The lead approves, then finance, and the board what is dear."""
    return ApprovalChain(
        steps=(
            ChainStep(id="lead", name="Head of department", approver_ids=(LEAD,)),
            ChainStep(id="finance", name="Finance", approver_ids=(FINANCE, BOARD)),
            ChainStep(
                id="board",
                name="Board",
                approver_ids=(BOARD,),
                from_amount="80000",
                currency="EUR",
            ),
        )
    )


def approved_requisition(openings: int = 1, on: datetime | None = None) -> Requisition:
    requisition = Requisition.begin(uuid4()).at(on)
    requisition.draft("R-104", "Data engineer", openings=tuple(uuid4() for _ in range(openings)))
    requisition.request_approval()
    requisition.approve()
    return requisition


def open_requisition(openings: int = 1, on: datetime | None = None) -> Requisition:
    requisition = approved_requisition(openings, on)
    requisition.open()
    return requisition


def requisition_approved_in_steps(openings: int = 1, on: datetime | None = None) -> Requisition:
    requisition = Requisition.begin(uuid4()).at(on)
    seats = tuple(uuid4() for _ in range(openings))
    requisition.draft("R-106", "Analyst", openings=seats, budget_amount="60000", currency="EUR")
    requisition.request_approval(chain())
    requisition.approve(LEAD)
    requisition.approve(FINANCE)
    requisition.open()
    return requisition


def requisition_with_two_interviews(openings: int = 1, on: datetime | None = None) -> Requisition:
    requisition = Requisition.begin(uuid4()).at(on)
    seats = tuple(uuid4() for _ in range(openings))
    requisition.draft("R-105", "Analyst", openings=seats, plan=two_interviews())
    requisition.request_approval()
    requisition.approve()
    requisition.open()
    return requisition


def closed_requisition() -> Requisition:
    requisition = open_requisition()
    requisition.close("filled_otherwise")
    return requisition


def ada() -> Candidate:
    candidate = Candidate.begin(uuid4())
    candidate.register(full_name="Ada Lovelace", email="ada@example.org", source="referral")
    return candidate


def applied(requisition: Requisition | None = None) -> Candidate:
    candidate = ada()
    candidate.apply_for(uuid4(), requisition or open_requisition())
    return candidate


def applied_on(date: datetime, requisition: Requisition | None = None) -> Candidate:
    candidate = Candidate.begin(uuid4()).at(date)
    candidate.register(full_name="Ada Lovelace", source="referral")
    candidate.apply_for(uuid4(), requisition or open_requisition())
    return candidate


def screened(requisition: Requisition | None = None) -> Candidate:
    requisition = requisition or open_requisition()
    candidate = applied(requisition)
    candidate.screen(the_application(candidate).id, requisition.plan, outcome="passed")
    return candidate


def interviewed(requisition: Requisition | None = None) -> Candidate:
    requisition = requisition or open_requisition()
    candidate, interview_id = screened(requisition), uuid4()
    candidate.schedule_interview(
        the_application(candidate).id, interview_id, requisition.plan, starts_at=None, ends_at=None
    )
    candidate.hold_interview(interview_id, requisition.plan)
    return candidate


def offered(requisition: Requisition | None = None) -> Candidate:
    requisition = requisition or open_requisition()
    candidate = interviewed(requisition)
    candidate.extend_offer(
        the_application(candidate).id, uuid4(), requisition.plan, terms="60,000 EUR a year"
    )
    return candidate


def hired(requisition: Requisition | None = None) -> Candidate:
    requisition = requisition or open_requisition()
    candidate = offered(requisition)
    candidate.accept_offer(the_offer(candidate))
    opening = requisition.free_opening()
    candidate.hire(the_application(candidate).id, requisition.plan, opening)
    requisition.fill(opening, the_application(candidate).id)
    return candidate


def rejected_after_interview() -> Candidate:
    candidate = interviewed()
    candidate.reject(the_application(candidate).id, "experience", notes="Too junior for us")
    return candidate


def withdrawn() -> Candidate:
    candidate = screened()
    candidate.withdraw(the_application(candidate).id, "other_job")
    return candidate


def source_cost() -> Cost:
    cost = Cost.begin(uuid4())
    cost.record(
        CostScope.SOURCE,
        source_code="linkedin",
        category="advertising",
        internal=False,
        amount="480.50",
        currency="EUR",
    )
    return cost


def pool() -> TalentPool:
    talent_pool = TalentPool.begin(uuid4())
    talent_pool.create("Silver medalists")
    return talent_pool


def pool_member(talent_pool: TalentPool | None = None) -> Candidate:
    candidate = rejected_after_interview()
    candidate.add_to_pool(talent_pool or pool(), "silver_medalist")
    candidate.grant_consent("contact", "v1")
    return candidate


def contacted(talent_pool: TalentPool | None = None) -> Candidate:
    candidate = pool_member(talent_pool)
    candidate.nurture(uuid4(), "email", subject="Hello again", body="We are hiring")
    return candidate


def written_to() -> Candidate:
    candidate = applied()
    candidate.request_message(
        the_application(candidate).id,
        uuid4(),
        subject="Your application",
        body="We would like to meet you.",
        send_at=datetime.now(UTC),
    )
    return candidate


def the_application(candidate: Candidate) -> Application:
    """The candidate's first application."""
    return next(iter(candidate.applications.values()))


def the_offer(candidate: Candidate) -> UUID:
    """The candidate's first offer."""
    return next(iter(candidate.offers))


def the_touchpoint(candidate: Candidate) -> UUID:
    """The first contact with the candidate."""
    return next(iter(candidate.touchpoints))


def the_message(candidate: Candidate) -> UUID:
    """The first message to the candidate."""
    return next(iter(candidate.messages))


def the_interview(candidate: Candidate) -> UUID:
    """The candidate's first interview."""
    return next(iter(candidate.interviews))
