"""The command of whoever found people: a list of them, recorded in one append."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.candidate import Candidate
from domain.consent import CONTACT, EMAIL, Asking
from domain.organisation import Organisation
from domain.pool import TalentPool
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log, Recorded


@dataclass(frozen=True)
class Found:
    """Somebody on a list."""

    line: int
    person: Mapping[str, Any]
    """full_name, email and so on, as they registered."""
    tags: Sequence[str] = ()
    event_code: str | None = None
    consent: Mapping[str, Any] | None = None
    """text_version and expires_at, where they have agreed."""
    notice: Mapping[str, Any] | None = None
    known_as: UUID | None = None
    """Who has the same e-mail address."""


@dataclass(frozen=True)
class Sourcing:
    """How they were found, and what is to follow."""

    origin: str
    source: str
    pool_id: UUID | None = None
    reason_code: str = "sourced"
    asks: bool = False
    """Whether whoever has neither agreed nor had a notice is asked by mail."""


@dataclass
class Sourced:
    """What became of each line."""

    added: dict[int, UUID] = field(default_factory=dict)
    known: dict[int, UUID] = field(default_factory=dict)
    """Whoever we know by the address, and the lines that repeat another."""
    suppressed: list[int] = field(default_factory=list)
    """Whoever was erased here, and so is brought back by nobody but themselves."""
    recorded: Recorded | None = None


def source(log: Log, by: Attribution, people: Sequence[Found], sourcing: Sourcing) -> Sourced:
    """Registers whoever is new; who is known already joins the pool, if there is one.

    All of it, or nothing. Raises PoolArchived, TagNotDefined, NoContactTexts, NotFound and
    AlreadyDone.
    """
    organisation = log.organisation_itself()
    pool = log.pool(sourcing.pool_id) if sourcing.pool_id else None
    if sourcing.asks:
        _ = organisation.contact_texts
    sourced, changed = Sourced(), list[Candidate]()
    by_address: dict[str, Candidate] = {}
    for found in people:
        address = str(found.person.get("email", "")).casefold()
        if found.known_as is not None or address in by_address:
            known = _known(log, found, by_address.get(address), changed)
            sourced.known[found.line] = known.id
            _joins(known, pool, sourcing)
            by_address[address] = known
        elif log.suppressed(found.person.get("email"), found.person.get("phone")):
            sourced.suppressed.append(found.line)
        else:
            new = _registered(found, sourcing, organisation)
            _joins(new, pool, sourcing)
            changed.append(new)
            sourced.added[found.line] = new.id
            if address:
                by_address[address] = new
    if any(candidate.pending_events for candidate in changed):
        relied = [organisation, pool]
        sourced.recorded = log.record(*changed, by=by, relying_on=relied)
    return sourced


def _known(
    log: Log, found: Found, same_address: Candidate | None, changed: list[Candidate]
) -> Candidate:
    """The history of somebody known that new facts go into."""
    if same_address is not None:
        return same_address
    candidate = log.candidate(found.known_as or new_id())
    survivor = next(one for one in candidate.histories if one.merged_into is None)
    already = next((one for one in changed if one.id == survivor.id), None)
    if already is None:
        changed.append(survivor)
    return already or survivor


def _joins(candidate: Candidate, pool: TalentPool | None, sourcing: Sourcing) -> None:
    if pool is not None and not candidate.erased and pool.id not in candidate.person.pools:
        candidate.add_to_pool(pool, sourcing.reason_code)


def _registered(found: Found, sourcing: Sourcing, organisation: Organisation) -> Candidate:
    candidate = Candidate.begin(new_id())
    candidate.register(**found.person, origin=sourcing.origin, source=sourcing.source)
    for tag in dict.fromkeys(found.tags):
        organisation.guard_tag(tag)
        candidate.tag(tag)
    if found.event_code:
        candidate.attend(found.event_code)
    if found.consent:
        candidate.grant_consent(CONTACT, **found.consent)
    if found.notice:
        candidate.give_notice(**found.notice)
    if sourcing.asks and not found.consent and not found.notice and found.person.get(EMAIL):
        candidate.ask_for_consent(new_id(), Asking.NOTICE)
    return candidate
