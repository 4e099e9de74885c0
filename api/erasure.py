"""Erasing people over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.asking import getting
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, posting
from commands import erasure as commands
from domain.errors import NotFound
from domain.event import Category, Code
from domain.role import AUDITING, COMPLIANCE, Scope
from projections.erasures import Certificate, certificate
from store.access_log import Access
from store.signing import Signer
from store.vault import LEGAL_CLAIMS

router = APIRouter(prefix="/api/candidates", tags=["Erasure"])
post, get = posting(router), getting(router)


class ErasureRequest(BaseModel):
    """What to destroy, and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"ground": "request"}]}
    )

    ground: Annotated[Code, Field(examples=["request", "retention", "consent_withdrawn"])]
    categories: Annotated[
        list[Category] | None,
        Field(min_length=1, description="Only these; omitted: the whole person."),
    ] = None


class RestrictedEntry(BaseModel):
    """One entry of an erased person's history that is kept for a legal hold, opened."""

    position: Annotated[int, Field(description="Its place in the log.")]
    type: Annotated[str, Field(examples=["candidate.note_added"])]
    fields: Annotated[dict[str, str], Field(description="Its personal fields.")]


class RestrictedData(BaseModel):
    """What is kept of an erased person, in the order of the log."""

    items: list[RestrictedEntry]


@post("/{candidate_id}/erasure")
def erase_candidate(
    candidate_id: UUID, body: ErasureRequest, command: Commanding = commanding(COMPLIANCE)
) -> Answer:
    """Destroys a person's data. What a legal hold needs is restricted until that is released."""
    return command.answer(
        commands.erase(command.log, command.by, candidate_id, body.ground, body.categories)
    )


@get("/{candidate_id}/erasure")
def get_erasure_certificate(
    candidate_id: UUID, calling: Annotated[Caller, may(AUDITING)]
) -> Certificate:
    """The signed certificate: what was destroyed, what is kept and why, since when for good."""
    signer = Signer.of(calling.log.database.keyring.keys, f"hireledger/{calling.organisation.id}")
    with calling.log.database.transaction(calling.organisation) as connection:
        found = certificate(connection, calling.organisation.id, candidate_id, signer)
    if found is None:
        raise NotFound(what="erasure of candidate", id=candidate_id)
    return found


@get("/{candidate_id}/restricted-data")
def open_restricted_data(
    candidate_id: UUID, calling: Annotated[Caller, may(COMPLIANCE, Scope.PERSONAL)]
) -> RestrictedData:
    """Opens what is kept of a person for legal holds, on the record, for legal claims only."""
    calling.log.candidate(candidate_id)
    facts = [fact for fact in calling.log.facts.select_events(candidate_id) if fact.sealed]
    access = Access(calling.actor_id, LEGAL_CLAIMS, calling.request_id)
    with calling.log.database.transaction(calling.organisation) as connection:
        kept = calling.log.vault.only_restricted(connection, facts)
        opened = calling.log.vault.open(connection, kept, Category, access)
    return RestrictedData(
        items=[
            RestrictedEntry(position=fact.position or 0, type=fact.topic, fields=fields)
            for fact, fields in zip(kept, opened, strict=True)
        ]
    )
