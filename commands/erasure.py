"""Commands that destroy personal data, and carry out what waited for legal holds."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.candidate import Candidate, CandidateEntryCorrected
from domain.erasure import Erased
from domain.errors import Conflict
from domain.event import Category
from domain.requisition import Requisition
from store import suppression
from store.access_log import Access
from store.append import AlreadyDone, Effect, Effects
from store.envelope import Attribution
from store.erasing import (
    DESTROY_DOCUMENTS,
    DESTROY_KEYS,
    FORGET_EVERYWHERE,
    RESTRICT_KEYS,
    SUPPRESS,
)
from store.ids import derived_id
from store.log import Log, Recorded
from store.vault import CLOSED

PURPOSE = "erasure"
"""What the addresses of someone who is erased are opened for, as the record of it says."""


def erase(
    log: Log,
    by: Attribution,
    candidate_id: UUID,
    ground: str,
    categories: Collection[Category] | None = None,
) -> Recorded:
    """Destroys a person's data, or some categories of it, as far as no legal hold needs it."""
    candidate = log.candidate(candidate_id)
    requisitions = competed_for(log, candidate)
    effects: list[tuple[Effect, Sequence[dict[str, Any]]]] = []
    for history in candidate.histories:
        keys = log.vault.keys_of(history.id)
        effects += _effects(history, history.erase(ground, keys, requisitions, categories))
        if categories is None:
            left = _addresses(log, by, history)
            effects.append((SUPPRESS, [{"hash": address.hex()} for address in left]))
    return log.record(*candidate.histories, by=by, relying_on=requisitions, effects=effects)


def erase_due(log: Log, by: Attribution, candidate_id: UUID) -> Recorded | None:
    """Destroys what was kept for holds that are over; None if there is nothing of the kind."""
    candidate = log.candidate(candidate_id)
    requisitions = competed_for(log, candidate)
    erased = candidate.erase_due(log.vault.keys_of(candidate_id), requisitions)
    if erased is None:
        return None
    return log.record(
        candidate, by=by, relying_on=requisitions, effects=_effects(candidate, erased)
    )


def erase_all_due(log: Log, by: Attribution) -> Iterator[Recorded]:
    """Carries out every erasure that waited for a hold which is over, each in its own append.

    Broken off, it goes on where it was when called again.
    """
    secret = log.database.keyring.secret("erasure")
    for candidate_id in log.vault.restricted():
        version = log.candidate(candidate_id).version
        about = derived_id(secret, str(by.command_id), str(candidate_id), str(version))
        each = replace(
            by,
            command_id=about,
            causation_id=by.command_id,
            fingerprint=None,
            expected_version=None,
        )
        try:
            recorded = erase_due(log, each, candidate_id)
        except (AlreadyDone, Conflict):
            continue  # Someone was faster; what is left is due the next time.
        if recorded is not None:
            yield recorded


def competed_for(log: Log, candidate: Candidate) -> list[Requisition]:
    """The requisitions whose legal holds extend to a candidate, all their histories included."""
    competed = {id for one in candidate.histories for id in one.competed_for()}
    return [log.requisition(id) for id in sorted(competed)]


def _effects(candidate: Candidate, erased: Erased) -> Effects:
    return [
        (DESTROY_KEYS, [{"key_id": id} for id in erased.destroyed]),
        (RESTRICT_KEYS, [{"key_id": id} for id in erased.restricted]),
        (DESTROY_DOCUMENTS, [{"document_id": id} for id in erased.documents]),
        *((forget, [{"candidate_id": candidate.id}]) for forget in FORGET_EVERYWHERE),
    ]


def _addresses(log: Log, by: Attribution, candidate: Candidate) -> set[bytes]:
    """Hashes of every address the person ever had, opened on the record for that."""
    facts = [fact for fact in log.facts.select_events(candidate.id) if "identity" in fact.sealed]
    access = Access(by.actor_id, PURPOSE, by.command_id)
    with log.database.transaction(log.organisation) as connection:
        opened = log.vault.open(connection, facts, [Category.IDENTITY], access)
    left: set[bytes] = set()
    for fact, fields in zip(facts, opened, strict=True):
        if fact.topic == CandidateEntryCorrected.name:
            said = {str(fact.data["field"]): fields.get("identity_value")}
        else:
            said = fields
        known = {name: text for name, text in said.items() if text not in CLOSED}
        left |= set(
            suppression.hashes(
                log.database.keyring, log.organisation.id, known.get("email"), known.get("phone")
            )
        )
    return left
