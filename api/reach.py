"""How far a limited role reaches: what concerns its holder, decided from the log.

A hiring manager reaches requisitions that are theirs, an interviewer interviews they are to hold,
an approver what awaits approval or what they decided, a candidate themselves. Whatever else they
ask about does not exist for them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.candidate import Candidate
from domain.errors import NotFound, Refusal
from domain.offer import Offer, OfferState
from domain.requisition import State
from domain.role import Role
from store.log import Log

BELONGING = frozenset({"offer_id", "opening_id", "check_id", "position"})
"""Parts of something else in the path, which the command finds there or not at all."""
OWN = frozenset({"interviewer_id", "hiring_manager_id"})
"""Whom a body speaks for: for limited roles, themselves."""
THEIR_KIND = {
    "application_id": "application",
    "bulk_action_id": "bulk action",
    "candidate_id": "candidate",
    "document_id": "document",
    "interview_id": "interview",
    "member_id": "member",
    "requisition_id": "requisition",
}


class OnlyForOneself(Refusal):
    """The role {role} may enter this for its holder only."""

    status = 403


@dataclass(frozen=True)
class Reach:
    """What someone in a limited role may know of and act on."""

    log: Log
    role: Role
    holder_id: UUID

    def guard_path(self, ids: Mapping[str, str]) -> None:
        """Raises NotFound unless everything a path names is within reach.

        A path that names nothing we know how to judge is out of reach.
        """
        given = {name: _uuid(text) for name, text in ids.items()}
        judged = given.keys() - BELONGING
        if not judged <= THEIR_KIND.keys():
            raise NotFound(what="such thing", id=next(iter(judged - THEIR_KIND.keys())))
        for name in judged:
            self._guard(name, given[name], given.get("application_id"))

    def guard_body(self, body: Mapping[str, Any]) -> None:
        """Raises NotFound, OnlyForOneself unless every id in a body is within reach."""
        for name, value in (*body.items(), *_each_of(body)):
            if not name.endswith("_id") or value is None:
                continue
            if name in OWN:
                if _uuid(value) != self.holder_id:
                    raise OnlyForOneself(role=self.role)
            elif name in THEIR_KIND:
                self._guard(name, _uuid(value), None)
            else:
                raise NotFound(what=name.removesuffix("_id"), id=value)

    def _guard(self, name: str, id: UUID | None, application_id: UUID | None) -> None:
        # What is no id at all is left to the endpoint, which refuses it for everyone alike.
        if id is None:
            return
        try:
            within = self._reaches(name, id, application_id)
        except NotFound:
            within = False
        if not within:
            raise NotFound(what=THEIR_KIND[name], id=id)

    def _reaches(self, name: str, id: UUID, application_id: UUID | None) -> bool:
        match name:
            case "requisition_id":
                return self.requisition(id)
            case "candidate_id":
                return bool(self.applications_of(id)) or id == self.holder_id
            case "application_id":
                return self._application(self.log.candidate_of(id), id)
            case "document_id":
                candidate = self.log.candidate_with(id)
                return self.document(candidate.id, candidate.document(id))
            case "interview_id":
                return self._interview(id, application_id)
            case "member_id":
                return self.log.member(id).id == self.holder_id
            case "bulk_action_id":
                return self.log.bulk_action(id).asked.requested_by == self.holder_id
        return False

    def requisition(self, id: UUID) -> bool:
        """Whether a requisition is within reach. Raises NotFound."""
        requisition = self.log.requisition(id)
        match self.role:
            case Role.HIRING_MANAGER:
                return requisition.hiring_manager_id == self.holder_id
            case Role.APPROVER:
                waits = requisition.state is State.AWAITING_APPROVAL
                return waits or id in self.log.decided_by(self.holder_id)
        return False

    def applications_of(self, candidate_id: UUID) -> list[UUID]:
        """The applications of a candidate that are within reach. Raises NotFound."""
        candidate = self.log.candidate(candidate_id)
        return [id for id in candidate.applications if self._application(candidate, id)]

    def document(self, candidate_id: UUID, application_id: UUID | None) -> bool:
        """Whether a document is within reach: of an application that is, or of the person."""
        reached = self.applications_of(candidate_id)
        return application_id in reached if application_id else bool(reached)

    def _application(self, candidate: Candidate, id: UUID) -> bool:
        match self.role:
            case Role.HIRING_MANAGER:
                requisition_id = candidate.application(id).requisition_id
                return requisition_id is not None and self.requisition(requisition_id)
            case Role.INTERVIEWER:
                return any(
                    interview.application_id == id and interview.is_met_by(self.holder_id)
                    for interview in candidate.interviews.values()
                )
            case Role.APPROVER:
                return any(self._approves(offer, id) for offer in candidate.offers.values())
            case Role.CANDIDATE:
                return candidate.id == self.holder_id
        return False

    def _approves(self, offer: Offer, application_id: UUID) -> bool:
        waits = offer.draft is not None and offer.draft.state is OfferState.AWAITING_APPROVAL
        return waits and offer.application_id == application_id

    def _interview(self, id: UUID, application_id: UUID | None) -> bool:
        """Whether an interview is within reach; one named without its application, by that."""
        if application_id is None:
            candidate = self.log.candidate_of_interview(id)
            if not self._application(candidate, candidate.interview(id).application_id):
                return False
        else:
            candidate = self.log.candidate_of(application_id)
        if self.role is Role.INTERVIEWER:
            return candidate.interview(id).is_met_by(self.holder_id)
        return True


def _each_of(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every application of a list of them; other lists name nothing that is kept from anyone."""
    ids = body.get("application_ids")
    yield from (("application_id", id) for id in (ids if isinstance(ids, list) else ()))


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
