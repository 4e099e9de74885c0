"""A step of a sequence or campaign as a mail: its words, its links, and how to hear no more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.campaign import Campaign, OutreachVariable, Step
from domain.candidate import Candidate
from domain.consent import EMAIL
from domain.message_template import PLACE, fill_in
from domain.organisation import Organisation
from policies.mail.composing import CannotBeMailed, Mail, as_html, compose
from policies.mail.outreach_links import CLICK, LEAVING, OPENING, link_token
from policies.mail.tokens import PURPOSE
from policies.mail.wording import organisation_title
from policies.people import said_of
from policies.settings import MailSettings
from store.access_log import Access
from store.database import Connection
from store.log import Log

FOOTER = """{body}

--
You hear from us because you are in touch with {organisation}. To hear no more by mail:
{url}
"""


@dataclass(frozen=True)
class Way:
    """A person's way through a sequence or campaign, at the step that comes next."""

    candidate: Candidate
    campaign: Campaign
    organisation: Organisation
    sender_id: UUID | None
    number: int
    """Of the step, from 1."""
    steps: tuple[Step, ...]

    @property
    def step(self) -> Step:
        """The step itself."""
        return self.steps[self.number - 1]

    def hours(self, moment: datetime) -> datetime:
        """When they may be written to, from a moment on, where they are."""
        return self.organisation.writing_hours.after(moment, self.candidate.person.time_zone)

    def guard(self) -> None:
        """Refuses what may not be sent, or not yet, as guard_contact does. Raises NotInPool."""
        self.candidate.guard_member(self.campaign.said.pool_id)
        rules = self.organisation.outreach_rules
        self.candidate.guard_contact(EMAIL, sender_id=self.sender_id, rules=rules)


def way_of(log: Log, enrolment_id: UUID) -> Way:
    """The way of somebody enrolled. Raises NotFound."""
    candidate = log.candidate_of_enrolment(enrolment_id)
    enrolment = candidate.enrolment(enrolment_id)
    said = enrolment.said
    campaign = log.campaign(said.campaign_id)
    steps = campaign.versions[said.steps_version]
    organisation = log.organisation_itself()
    return Way(candidate, campaign, organisation, said.sender_id, enrolment.step, steps)


def words_of(log: Log, connection: Connection, way: Way, access: Access) -> tuple[str, str]:
    """The step's subject and body, filled in. Raises VariableMissing.

    A name is opened, on the record, only where the step has a place for it.
    """
    step, known = way.step, dict[str, str | None]()
    places = {name.strip() for name in PLACE.findall(step.subject + step.body)}
    if OutreachVariable.CANDIDATE_NAME in places:
        known[OutreachVariable.CANDIDATE_NAME] = name_of(
            log, connection, way.candidate.survivor_id, access
        )
    if OutreachVariable.SENDER_NAME in places:
        known[OutreachVariable.SENDER_NAME] = name_of(log, connection, way.sender_id, access)
    if OutreachVariable.ORGANISATION in places:
        known[OutreachVariable.ORGANISATION] = organisation_title(log)
    return fill_in(step.subject, known), fill_in(step.body, known)


def name_of(log: Log, connection: Connection, person_id: UUID | None, access: Access) -> str | None:
    """What somebody is called, opened on the record; None for nobody."""
    if person_id is None:
        return None
    return said_of(log, connection, person_id, "full_name", access)


@dataclass(frozen=True)
class StepMail(Mail):
    """A step ready to be handed over, and its words as they are kept."""

    touchpoint_id: UUID
    subject: str
    body: str


def step_mail(
    log: Log,
    connection: Connection,
    settings: MailSettings,
    way: Way,
    touchpoint_id: UUID,
    access: Access,
) -> StepMail:
    """The step as a mail. Raises CannotBeMailed, VariableMissing.

    `settings.public_url` is known. The plain part has the addresses as they were written; clicks
    are told by the links of the HTML part alone.
    """
    recipient = said_of(log, connection, way.candidate.survivor_id, "email", access)
    if recipient is None:
        raise CannotBeMailed("no-address")
    subject, body = words_of(log, connection, way, access)

    def link(path: str, address: str = "") -> str:
        token = link_token(log.database.keyring, path, log.organisation.id, touchpoint_id, address)
        return f"{(settings.public_url or '').rstrip('/')}{path}/{token}"

    leaving, said = link(LEAVING), way.campaign.said
    text = FOOTER.format(body=body, organisation=organisation_title(log), url=leaving)

    def target(address: str) -> str:
        return link(CLICK, address) if said.tracks_clicks and address != leaving else address

    page = as_html(text, target)
    if said.tracks_opens:
        image = f'<img src="{link(OPENING)}" width="1" height="1" alt="">'
        page = page.replace("</body>", f"{image}</body>")
    mail = compose(
        settings,
        log.database.keyring.secret(PURPOSE),
        log.organisation.id,
        touchpoint_id,
        recipient=recipient,
        subject=subject,
        body=text,
        sender_name=name_of(log, connection, way.sender_id, access),
        page=page,
        headers={
            # RFC 2369 and, for one click, RFC 8058.
            "List-Unsubscribe": f"<{leaving}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    return StepMail(mail.recipient, mail.returns_to, mail.message, touchpoint_id, subject, body)
