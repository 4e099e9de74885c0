"""Finds the message that a mail answers, or that came back, and has the log keep it once."""

import hashlib
import hmac
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from psycopg import OperationalError

from commands import enrolments, interviews, messages
from commands.deciding import decided_anew
from domain.errors import Conflict, NotFound
from domain.interview import NotAnInterviewer, Participation
from policies.faults import where
from policies.mail.itip import Reply, reply_in
from policies.mail.reading import Malformed, Read, Report, headers_of, read
from policies.mail.sentiment import RULES, asks_to_leave, sentiment
from policies.mail.tokens import PURPOSE, Kind, Token, tokens_in
from policies.policy import actor_id
from store.append import AlreadyDone, AppendUncertain
from store.database import Connection, Organisation
from store.envelope import Attribution
from store.ids import derived_id
from store.log import Log
from store.system import Hireledger

logger = logging.getLogger(__name__)

RECEIVER = "receive-mail"
MAIN = "main"
TRIES = 10
NO_TOKEN, FORGED, UNKNOWN, MALFORMED = "no_token", "forged_token", "unknown_message", "malformed"
NO_ANSWER = "no_answer"

UNMATCHED = """
INSERT INTO unmatched_mail (
    mark,
    reason,
    mailbox,
    uid,
    octets
)
VALUES (
    %(mark)s,
    %(reason)s,
    %(mailbox)s,
    %(uid)s,
    %(octets)s
)
ON CONFLICT (mark) DO NOTHING
"""


@dataclass(frozen=True)
class Arrived:
    """A mail, or its headers alone, and where it came in."""

    octets: bytes
    mailbox: str
    uid: int | None = None
    whole: bool = True
    size: int | None = None
    addressed_to: str = ""
    """The envelope's recipient, where it is known."""

    @property
    def headers(self) -> bytes:
        """What may name the message it is about."""
        return self.addressed_to.encode() + b"\n" + headers_of(self.octets)


class Receiver:
    """Takes mail in, for all organisations."""

    def __init__(self, hireledger: Hireledger) -> None:
        self.hireledger = hireledger
        self.keyring = hireledger.database.keyring

    def receive(self, arrived: Arrived) -> str:
        """Attaches a mail to its message, or lists it as unmatched; how that went, as a code."""
        matched = self._match(arrived.headers)
        if isinstance(matched, str):
            return self._unmatched(arrived, matched, self._claimed(arrived.headers))
        log, token = matched
        try:
            said = read(arrived.octets, whole=arrived.whole)
        except Malformed:
            return self._unmatched(arrived, MALFORMED, log.organisation)
        keep = partial(self._attach, log, token, said, arrived)
        if token.kind == Kind.ANSWER:
            keep = partial(self._keep_answer, log, token, said, arrived)
        try:
            return decided_anew(keep, TRIES)
        except AlreadyDone:
            return "known"
        except NotFound:
            return self._unmatched(arrived, UNKNOWN, log.organisation)
        except (Conflict, OperationalError, AppendUncertain):
            raise
        except Exception as error:
            logger.error("a mail that can be read cannot be kept: %s", where(error))
            return self._unmatched(arrived, MALFORMED, log.organisation)

    def knows(self, address: str) -> bool:
        """Whether mail to this address belongs to a message of ours."""
        return not isinstance(self._match(address.encode()), str)

    def _match(self, headers: bytes) -> tuple[Log, Token] | str:
        """The log that the first token we signed is of; else why there is none."""
        secret, reason = self.keyring.secret(PURPOSE), NO_TOKEN
        for token in tokens_in(headers):
            for organisation in self._of(token):
                if token.is_of(organisation.id, secret):
                    return self.hireledger.log(organisation), token
            reason = FORGED
        return reason

    def _of(self, token: Token) -> Iterator[Organisation]:
        return (o for o in self.hireledger.organisations() if token.may_be_of(o.id))

    def _claimed(self, headers: bytes) -> Organisation | None:
        """Whose message a mail pretends to be about; else the main organisation."""
        for token in tokens_in(headers):
            for organisation in self._of(token):
                return organisation
        found = self.hireledger.organisations()
        return next((o for o in found if o.name == MAIN), found[0] if found else None)

    def _attach(self, log: Log, token: Token, said: Read, arrived: Arrived) -> str:
        by = self._by(log, token, said)
        report = said.report
        if token.kind == Kind.BOUNCE and report is not None:
            if not report.bounced:
                return "delivered"
            self._note_bounce(log, by, token.message_id, report)
            return "bounced"
        # Nobody but a program writes to the address that returns go to (RFC 3834).
        automatic = said.automatic or token.kind == Kind.BOUNCE
        if is_step(log, token.message_id):
            return self._keep_reply(log, by, token, said, arrived, automatic=automatic)
        messages.receive(
            log,
            by,
            token.message_id,
            automatic=automatic,
            attachments=said.attachments,
            truncated=said.truncated,
            sender=said.sender,
            subject=said.subject,
            body=said.body,
            reference=said.reference,
        )
        return "received"

    def _keep_reply(
        self,
        log: Log,
        by: Attribution,
        token: Token,
        said: Read,
        arrived: Arrived,
        *,
        automatic: bool,
    ) -> str:
        """What somebody answers to our outreach; that they are away is no answer."""
        if automatic:
            return self._unmatched(arrived, NO_ANSWER, log.organisation)
        enrolments.receive_reply(
            log,
            by,
            token.message_id,
            sentiment=sentiment(said.body),
            assessed_by=RULES,
            text=said.body,
            opts_out=asks_to_leave(said.body),
        )
        return "received"

    def _note_bounce(self, log: Log, by: Attribution, mail_id: UUID, report: Report) -> None:
        code = report.code.lower()
        if is_step(log, mail_id):
            enrolments.bounce(log, by, mail_id, hard=report.failed)
            return
        try:
            messages.bounce(log, by, mail_id, code, permanent=report.failed)
        except NotFound:
            interview_id, interviewer_id = log.interview_of_mail(mail_id)
            interviews.note_bounce(
                log,
                by,
                interview_id,
                code,
                permanent=report.failed,
                interviewer_id=interviewer_id,
            )

    def _keep_answer(self, log: Log, token: Token, said: Read, arrived: Arrived) -> str:
        """What somebody invited answers: by their calendar, or else in words."""
        reply = reply_in(said.calendar) if said.calendar else None
        if reply is None:
            if said.automatic:
                return self._unmatched(arrived, NO_ANSWER, log.organisation)
            about = self._mail_answered(log, arrived)
            reply = Reply(about, Participation.NEEDS_ACTION, None, said.body)
        candidate = log.candidate_of_interview(reply.interview_id)
        is_candidate = token.message_id in {history.id for history in candidate.histories}
        try:
            interviews.answer(
                log,
                self._by(log, token, said),
                reply.interview_id,
                reply.participation,
                interviewer_id=None if is_candidate else token.message_id,
                sequence=reply.sequence,
                comment=reply.comment,
            )
        except NotAnInterviewer:
            raise NotFound(what="interviewer", id=token.message_id) from None
        return "answered"

    def _mail_answered(self, log: Log, arrived: Arrived) -> UUID:
        """The interview that the mail answered is about. Raises NotFound."""
        secret = self.keyring.secret(PURPOSE)
        for token in tokens_in(arrived.headers):
            if token.kind == Kind.MESSAGE and token.is_of(log.organisation.id, secret):
                return log.interview_of_mail(token.message_id)[0]
        raise NotFound(what="mail", id=NO_TOKEN)

    def _by(self, log: Log, token: Token, said: Read) -> Attribution:
        """A command that is the same whenever, and wherever, the same mail comes in again."""
        text = f"{said.sender}\x1f{said.subject}\x1f{said.body}\x1f{said.report}"
        if said.calendar:
            text += f"\x1f{said.calendar!r}"
        content = hashlib.sha256(text.encode()).hexdigest()
        parts = (str(log.organisation.id), str(token.message_id), said.reference or "", content)
        return Attribution(
            actor_type="policy",
            actor_id=actor_id(RECEIVER),
            authority="policy",
            source="mail",
            command_id=derived_id(self.keyring.secret("received mail"), *parts),
        )

    def _unmatched(self, arrived: Arrived, reason: str, of: Organisation | None) -> str:
        if of is not None:
            with self.hireledger.database.transaction(of) as connection:
                note_unmatched(connection, arrived, reason, self._mark(arrived))
        return reason

    def _mark(self, arrived: Arrived) -> str:
        secret = self.keyring.secret("received mail")
        place = f"{arrived.mailbox}:{arrived.uid}".encode() if arrived.uid else b""
        return hmac.new(secret, place + arrived.octets, hashlib.sha256).hexdigest()[:32]


def is_step(log: Log, mail_id: UUID) -> bool:
    """Whether a mail was a step of a sequence or campaign."""
    try:
        log.candidate_of_step(mail_id)
    except NotFound:
        return False
    return True


def note_unmatched(connection: Connection, arrived: Arrived, reason: str, mark: str) -> None:
    """Lists a mail that belongs to no application; of what it says, nothing is kept."""
    connection.execute(
        UNMATCHED,
        {
            "mark": mark,
            "reason": reason,
            "mailbox": arrived.mailbox,
            "uid": arrived.uid,
            "octets": arrived.size or len(arrived.octets),
        },
    )
