"""Sends the steps of sequences and campaigns: each when it is due, to whom it still may be sent."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from commands import enrolments
from domain.campaign import CampaignState
from domain.enrolment import EnrolmentEnded, StepPlanned, StepResendDecided
from domain.errors import Refusal
from domain.outreach import Nurtured, TooManyContacts
from policies.mail.composing import CannotBeMailed, Mail
from policies.mail.handover import Unreachable
from policies.mail.steps import StepMail, step_mail, way_of
from policies.policy import Again, Decision, MailPolicy, Settled
from store import outbox
from store.access_log import Access
from store.database import Connection
from store.envelope import Attribution
from store.feed import LoggedEvent
from store.ids import new_id
from store.log import Log
from store.outbox import Effect

LOOK_AGAIN = timedelta(minutes=10)
"""How often a paused campaign is looked at, and so how soon it goes on after it is resumed."""
NO_PUBLIC_URL = "public_url_not_set"
NO_SUCH_ADDRESS = ("5.1.", "550", "551", "553")
"""Permanent refusals that are about the address (RFC 3463, RFC 5321)."""


class Nurture(MailPolicy):
    """Step planned → mail, when it is due and if it still may be sent."""

    name = outbox.NURTURING
    says = "Sends the steps of sequences and campaigns, each when it is due, if it still may be."
    follows = (StepPlanned.name, StepResendDecided.name, EnrolmentEnded.name, Nurtured.name)

    def decide(self, event: LoggedEvent) -> Sequence[Decision]:
        said = event.data
        if "enrolment_id" not in said:
            return []
        about, step = UUID(said["enrolment_id"]), f"step:{said.get('step')}"
        match event.type:
            case StepPlanned.name:
                due_at = datetime.fromisoformat(said["due_at"])
                planned = Effect(self.name, event.position, step, about, None, due_at)
                return [Settled(about, "overtaken", leaves_doubt=True), planned]
            case StepResendDecided.name:
                return [Again(about)]
            case Nurtured.name:
                return [Settled(about, "sent", step)]
            case _:
                return [Settled(about, event.reason_code or "ended", leaves_doubt=True)]

    def prepare(self, log: Log, connection: Connection, effect: Effect) -> Mail | str | datetime:
        way, step = way_of(log, effect.about), _step_of(effect)
        ended = way.candidate.enrolment(effect.about).ended
        if ended is not None or step != way.number:
            return ended or "overtaken"
        touchpoint_id = way.candidate.touchpoint_of(effect.about, step)
        if touchpoint_id in way.candidate.touchpoints:
            return "sent"
        match way.campaign.state:
            case CampaignState.PAUSED:
                return datetime.now(UTC) + LOOK_AGAIN
            case CampaignState.FINISHED:
                raise CannotBeMailed("campaign-finished")
        if self.settings.public_url is None:
            raise Unreachable(NO_PUBLIC_URL)
        now = datetime.now(UTC)
        if (hours := way.hours(now)) > now:
            return hours  # It was due while they were at work, but could not go out.
        access = Access(self.id, "send step", new_id())
        try:
            way.guard()
            return step_mail(log, connection, self.settings, way, touchpoint_id, access)
        except TooManyContacts as refusal:
            return way.hours(datetime.fromisoformat(refusal.about["next_on"]))
        except Refusal as refusal:
            raise CannotBeMailed(refusal.rule) from None

    def sent(self, log: Log, effect: Effect, mail: Mail, by: Attribution) -> None:  # noqa: ARG002
        assert isinstance(mail, StepMail)  # noqa: S101  # it is what prepare gave
        enrolments.note_step(log, by, mail.touchpoint_id, subject=mail.subject, body=mail.body)

    def refused(self, log: Log, effect: Effect, code: str, by: Attribution) -> None:
        candidate, step = log.candidate_of_enrolment(effect.about), _step_of(effect)
        if candidate.enrolment(effect.about).ended is not None:
            return
        if code.startswith(NO_SUCH_ADDRESS):
            enrolments.bounce(log, by, candidate.touchpoint_of(effect.about, step), hard=True)
        else:
            enrolments.hold_back(log, by, effect.about, step, code)


def _step_of(effect: Effect) -> int:
    return int(effect.effect.removeprefix("step:"))
