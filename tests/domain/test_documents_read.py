"""What was read in a document, what it suggests, and what becomes of that."""

from uuid import UUID, uuid4

import pytest

from domain.candidate import Candidate, NothingToUpdate, ProfileUpdated
from domain.correction import EntryNotCorrectable, FieldNotCorrectable
from domain.document import AlreadyRead, DocumentGone, NothingSuggested, SuggestionSettled
from domain.erasure import PersonErased
from domain.errors import NotFound
from domain.merging import WasMerged
from tests import examples


def read(suggests: bool = True, code: str | None = None) -> tuple[Candidate, UUID]:
    candidate = examples.ada()
    document_id = attached(candidate)
    candidate.note_reading(document_id, reason_code=code, format="pdf", suggests=suggests)
    return candidate, document_id


def attached(candidate: Candidate) -> UUID:
    document_id = uuid4()
    candidate.attach_document(
        document_id,
        kind="resume",
        media_type="application/pdf",
        size=1,
        sha256="ab",
        filename="a.pdf",
        content_key="key",
    )
    return document_id


def merged() -> tuple[Candidate, Candidate, UUID]:
    """Whose document suggests something, and who stands for them."""
    loser, document_id = read()
    survivor = examples.ada()
    loser.merge_into(survivor, "same_person")
    known = {one.id: one for one in (loser, survivor)}
    loser.knowing_others(known.__getitem__)
    return loser, survivor, document_id


def test_a_document_is_read_once() -> None:
    candidate, document_id = read(code="encrypted")
    with pytest.raises(AlreadyRead):
        candidate.note_reading(document_id)
    with pytest.raises(NotFound):
        candidate.note_reading(uuid4())


def test_what_is_confirmed_says_where_it_comes_from() -> None:
    candidate, document_id = read()
    with pytest.raises(NothingToUpdate):
        candidate.confirm_suggestion(document_id)
    candidate.confirm_suggestion(document_id, full_name="Ada King", resume="{}")
    said = candidate.history[-1]
    assert isinstance(said, ProfileUpdated)
    assert said.from_document == document_id
    assert said.personal() == {
        "identity": {"full_name": "Ada King"},
        "documents": {"resume": "{}"},
    }
    with pytest.raises(SuggestionSettled):
        candidate.confirm_suggestion(document_id, full_name="Ada")
    with pytest.raises(SuggestionSettled):
        candidate.dismiss_suggestion(document_id, "nothing_new")


def test_what_suggests_nothing_is_neither_confirmed_nor_dismissed() -> None:
    candidate, document_id = read(suggests=False)
    unread = attached(candidate)
    for id in (document_id, unread):
        with pytest.raises(NothingSuggested):
            candidate.dismiss_suggestion(id, "nothing_new")


def test_a_removed_document_suggests_nothing() -> None:
    candidate, document_id = read()
    candidate.remove_document(document_id, "wrong_person", [])
    with pytest.raises(DocumentGone):
        candidate.confirm_suggestion(document_id, full_name="Ada")
    with pytest.raises(DocumentGone):
        candidate.note_reading(document_id)


def test_to_someone_erased_nothing_is_added() -> None:
    candidate, document_id = read()
    candidate.erase("request", [], [])
    with pytest.raises(PersonErased):
        candidate.confirm_suggestion(document_id, full_name="Ada")


def test_what_is_suggested_is_for_who_stands_for_the_person() -> None:
    loser, survivor, document_id = merged()
    with pytest.raises(WasMerged):
        loser.confirm_suggestion(document_id, full_name="Ada King")
    survivor.confirm_suggestion(document_id, full_name="Ada King")
    with pytest.raises(SuggestionSettled):
        loser.dismiss_suggestion(document_id, "nothing_new")


def test_after_a_merge_is_undone_the_suggestion_waits_again() -> None:
    loser, survivor, document_id = merged()
    survivor.confirm_suggestion(document_id, full_name="Ada King")
    loser.unmerge("two_people")
    loser.others = survivor.others = ()
    loser.dismiss_suggestion(document_id, "nothing_new")


def test_a_reading_is_not_corrected_nor_is_a_resume() -> None:
    candidate, document_id = read()
    with pytest.raises(EntryNotCorrectable):
        candidate.correct_entry(3, "format", "docx", "entered_wrong")
    candidate.confirm_suggestion(document_id, full_name="Ada King", resume="{}")
    with pytest.raises(FieldNotCorrectable):
        candidate.correct_entry(4, "resume", "{}", "entered_wrong")
    candidate.correct_entry(4, "full_name", "Ada Byron", "entered_wrong")
    with pytest.raises(SuggestionSettled):
        candidate.dismiss_suggestion(document_id, "nothing_new")
