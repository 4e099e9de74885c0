"""Legal holds and erasure: what is destroyed, what is kept, and who may end it."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.candidate import Candidate
from domain.correction import EntryNotCorrectable
from domain.erasure import Erased, HeldKey, PersonalDataErased, PersonErased, UnderLegalHold
from domain.errors import NotFound
from domain.event import Category
from domain.legal_hold import HoldOver, LegalHolds, NeedsASecondPerson
from domain.requisition import Requisition
from tests import examples
from tests.examples import the_application

NOTHING: tuple[Requisition, ...] = ()
ANNA, BORIS, ANNAS_PROGRAM = uuid4(), uuid4(), uuid4()

NEEDED_OF_A_PERSON = {
    "identity": "both",
    "application": "both",
    "evaluation": "both",
    "communication": "with an application",
    "compensation": "both",
    "survey": "with an application",
    "eeo": "both",
    "documents": "both",
}
NEEDED_OF_A_COMPETITOR = {
    "identity": "both",
    "application": "with an application",
    "evaluation": "both",
    "communication": "with an application",
    "compensation": "with an application",
    "survey": "with an application",
    "eeo": "with an application",
    "documents": "both",
}


def competitor() -> tuple[Candidate, Requisition, Requisition]:
    """A candidate who applied for two requisitions."""
    first, second = examples.open_requisition(), examples.open_requisition()
    candidate = examples.applied(first)
    candidate.apply_for(uuid4(), second)
    return candidate, first, second


def keys_of(candidate: Candidate) -> list[HeldKey]:
    """A key for every category, of the person and of each application."""
    return [
        HeldKey(uuid4(), category, application)
        for category in Category
        for application in (None, *candidate.applications)
    ]


def erasure_of(candidate: Candidate) -> PersonalDataErased:
    event = candidate.pending_events[-1]
    assert isinstance(event, PersonalDataErased)
    return event


def kept(keys: list[HeldKey], done: Erased) -> set[tuple[str, UUID | None]]:
    return {(k.category.value, k.application_id) for k in keys if k.key_id in done.restricted}


def test_without_a_hold_everything_is_destroyed() -> None:
    candidate, *requisitions = competitor()
    keys = keys_of(candidate)
    done = candidate.erase("request", keys, requisitions)
    assert set(done.destroyed) == {key.key_id for key in keys}
    assert done.restricted == ()
    assert erasure_of(candidate).categories == tuple(sorted(Category))


def test_open_applications_and_memberships_end_with_an_erasure() -> None:
    candidate, *requisitions = competitor()
    candidate.add_to_pool(examples.pool(), "finalist")
    candidate.erase("request", keys_of(candidate), requisitions)
    assert list(candidate.open_applications()) == []
    assert candidate.pools == set()
    reasons = [e.plain().get("reason_code") for e in candidate.history[-4:-1]]
    assert reasons == ["erased"] * 3


@pytest.mark.parametrize("category", Category)
def test_a_hold_on_a_candidate_keeps_what_it_needs(category: Category) -> None:
    candidate, *requisitions = competitor()
    application = the_application(candidate).id
    keys = [HeldKey(uuid4(), category, of) for of in (None, application)]
    candidate.place_hold(uuid4(), "case-1")
    done = candidate.erase("request", keys, requisitions)
    needed: set[UUID | None] = {application}
    if NEEDED_OF_A_PERSON[category] == "both":
        needed |= {None}
    assert kept(keys, done) == {(category.value, of) for of in needed}


@pytest.mark.parametrize("category", Category)
def test_a_hold_on_a_requisition_keeps_what_it_needs_of_each_competitor(category: Category) -> None:
    candidate, held, other = competitor()
    mine, others = list(candidate.applications)
    keys = [HeldKey(uuid4(), category, of) for of in (None, mine, others)]
    held.place_hold(uuid4(), "case-1")
    done = candidate.erase("request", keys, [held, other])
    needed: set[UUID | None] = {mine}
    if NEEDED_OF_A_COMPETITOR[category] == "both":
        needed |= {None}
    assert kept(keys, done) == {(category.value, of) for of in needed}


def test_an_erasure_says_what_is_kept_and_for_which_hold() -> None:
    candidate, hold_id = examples.ada(), uuid4()
    candidate.place_hold(hold_id, "case-1")
    keys = [HeldKey(uuid4(), c, None) for c in (Category.IDENTITY, Category.COMMUNICATION)]
    candidate.erase("request", keys, NOTHING)
    event = erasure_of(candidate)
    assert event.categories == (Category.COMMUNICATION,)
    assert (event.retained, event.holds) == ((Category.IDENTITY,), (hold_id,))
    assert (event.keys_destroyed, event.keys_retained) == (1, 1)


def test_what_a_hold_kept_is_destroyed_when_it_is_over() -> None:
    candidate, hold_id = examples.ada(), uuid4()
    candidate.place_hold(hold_id, "case-1")
    [key] = [HeldKey(uuid4(), Category.IDENTITY, None)]
    candidate.erase("request", [key], NOTHING)
    waiting = [HeldKey(key.key_id, key.category, None, restricted=True)]
    assert candidate.erase_due(waiting, NOTHING) is None
    candidate.release_hold(hold_id, ANNA)
    assert candidate.erase_due(waiting, NOTHING) is None
    candidate.release_hold(hold_id, BORIS)
    done = candidate.erase_due(waiting, NOTHING)
    assert done is not None
    assert done.destroyed == (key.key_id,)
    assert erasure_of(candidate).ground == "request"
    assert erasure_of(candidate).whole


@pytest.mark.parametrize("held", [examples.ada, examples.open_requisition])
def test_a_hold_is_released_by_two_people(held: Callable[[], LegalHolds]) -> None:
    held_one, hold_id = held(), uuid4()
    held_one.place_hold(hold_id, "case-1")
    held_one.release_hold(hold_id, ANNA)
    for people in ((ANNA,), (ANNA, ANNAS_PROGRAM)):
        with pytest.raises(NeedsASecondPerson):
            held_one.release_hold(hold_id, *people)
    assert list(held_one.standing_holds())
    held_one.release_hold(hold_id, BORIS)
    assert list(held_one.standing_holds()) == []
    with pytest.raises(HoldOver):
        held_one.release_hold(hold_id, BORIS)


def test_a_persons_program_is_no_second_person() -> None:
    candidate, hold_id = examples.ada(), uuid4()
    candidate.place_hold(hold_id, "case-1")
    candidate.release_hold(hold_id, ANNA, ANNAS_PROGRAM)
    with pytest.raises(NeedsASecondPerson):
        candidate.release_hold(hold_id, ANNA, ANNA)


def test_a_hold_that_was_never_placed_is_not_found() -> None:
    with pytest.raises(NotFound):
        examples.ada().release_hold(uuid4(), ANNA)


def test_a_document_that_a_hold_needs_is_not_removed() -> None:
    candidate, held, other = competitor()
    mine, others = list(candidate.applications)
    ids = [attached(candidate, of) for of in (None, mine, others)]
    held.place_hold(uuid4(), "case-1")
    for id in ids[:2]:
        with pytest.raises(UnderLegalHold):
            candidate.remove_document(id, "wrong_file", [held, other])
    candidate.remove_document(ids[2], "wrong_file", [held, other])
    assert set(candidate.documents) == set(ids[:2])


def test_an_erasure_destroys_the_documents_whose_key_it_destroys() -> None:
    candidate, held, other = competitor()
    mine, others = list(candidate.applications)
    ids = [attached(candidate, of) for of in (None, mine, others)]
    held.place_hold(uuid4(), "case-1")
    keys = [HeldKey(uuid4(), Category.DOCUMENTS, of) for of in (None, mine, others)]
    done = candidate.erase("request", keys, [held, other])
    assert done.documents == (ids[2],)


def attached(candidate: Candidate, application_id: UUID | None) -> UUID:
    id = uuid4()
    candidate.attach_document(
        id,
        kind="resume",
        media_type="application/pdf",
        size=3,
        sha256="00",
        filename="Ada.pdf",
        content_key="secret",
        application_id=application_id,
    )
    return id


def test_what_was_done_with_the_record_is_not_corrected() -> None:
    candidate = examples.ada()
    candidate.place_hold(uuid4(), "case-1")
    with pytest.raises(EntryNotCorrectable, match="the record itself"):
        candidate.correct_entry(2, "occurred_at", "2025-01-01T00:00:00Z", "mistyped")


def test_of_an_erased_person_only_plain_facts_are_corrected() -> None:
    candidate = examples.ada()
    candidate.erase("request", [], NOTHING)
    candidate.correct_entry(1, "source", "linkedin", "mistyped")
    with pytest.raises(PersonErased):
        candidate.correct_entry(1, "full_name", "Ada King", "mistyped")
    with pytest.raises(PersonErased):
        candidate.from_history().add_note("Known again")


class PlainModel:
    """Keys as they should stand, decided from the tables above alone."""

    def __init__(self, candidate: Candidate, requisitions: list[Requisition]) -> None:
        self.candidate, self.requisitions = candidate, requisitions
        self.applications = dict(zip(candidate.applications, requisitions, strict=True))
        self.state = dict.fromkeys(keys_of(candidate), "live")
        self.standing: dict[UUID, LegalHolds] = {}
        self.whole = False

    def needed(self, key: HeldKey) -> bool:
        return any(self._needed(key, on) for on in self.standing.values())

    def _needed(self, key: HeldKey, on: LegalHolds) -> bool:
        if on is self.candidate:
            return key.application_id is not None or NEEDED_OF_A_PERSON[key.category] == "both"
        if key.application_id is not None:
            return self.applications[key.application_id] is on
        return NEEDED_OF_A_COMPETITOR[key.category] == "both"

    def erase(self, categories: set[Category] | None) -> None:
        for key, state in self.state.items():
            if state != "gone" and (categories is None or key.category in categories):
                self.state[key] = "restricted" if self.needed(key) else "gone"
        self.whole = self.whole or categories is None

    def due(self) -> None:
        for key, state in self.state.items():
            if state == "restricted" and not self.needed(key):
                self.state[key] = "gone"


steps = st.one_of(
    st.tuples(st.just("hold"), st.integers(0, 2)),
    st.tuples(st.just("release"), st.integers(0, 5)),
    st.tuples(st.just("erase"), st.sets(st.sampled_from(Category), min_size=1, max_size=3)),
    st.tuples(st.just("erase"), st.none()),
    st.tuples(st.just("due"), st.none()),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, min_size=3, max_size=14))
def test_random_holds_releases_and_erasures_keep_exactly_what_is_needed(taken: list[tuple]) -> None:  # type: ignore[type-arg]
    candidate, *requisitions = competitor()
    model = PlainModel(candidate, requisitions)
    stands = {key.key_id: key for key in model.state}
    restricted: set[UUID] = set()

    def held() -> Iterator[HeldKey]:
        for key in stands.values():
            yield HeldKey(key.key_id, key.category, key.application_id, key.key_id in restricted)

    for verb, what in taken:
        done: Erased | None = None
        match verb:
            case "hold":
                on, hold_id = [candidate, *requisitions][what], uuid4()
                on.place_hold(hold_id, "case-1")
                model.standing[hold_id] = on
            case "release" if model.standing:
                hold_id = list(model.standing)[what % len(model.standing)]
                on = model.standing.pop(hold_id)
                on.release_hold(hold_id, ANNA)
                on.release_hold(hold_id, BORIS)
            case "erase" if model.whole:
                with pytest.raises(PersonErased):
                    candidate.erase("request", list(held()), requisitions, what)
            case "erase":
                done = candidate.erase("request", list(held()), requisitions, what)
                model.erase(what)
            case "due":
                done = candidate.erase_due(list(held()), requisitions)
                model.due()
        if done is not None:
            restricted |= set(done.restricted)
            for id in done.destroyed:
                del stands[id]
                restricted.discard(id)
        left = {key.key_id for key, state in model.state.items() if state != "gone"}
        assert stands.keys() == left
        assert restricted == {k.key_id for k, state in model.state.items() if state == "restricted"}
