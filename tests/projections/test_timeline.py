"""The timeline tells every entry once: as it is known, whether corrected or taken back."""

from domain.application import Applied
from domain.event import utc_text
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.timeline import TimelineRow, timeline
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests import examples
from tests.examples import day, the_application


def someone() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def told(log: Log, entity_id: object, known_before: int | None = None) -> list[TimelineRow]:
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS, known_before=known_before)
        return timeline(connection, asked, entity_id)  # type: ignore[arg-type]


def test_an_entry_made_in_error_stays_and_is_marked(log: Log) -> None:
    candidate = examples.rejected_after_interview()
    log.record(candidate, by=someone())
    id = the_application(candidate).id
    candidate.reverse_rejection(id, "wrong_person", True)
    reversal = log.record(candidate, by=someone()).position
    rows = told(log, id)
    assert [row.type for row in rows if row.taken_back] == ["application.rejected"]
    assert rows[-1].sentence == "Rejection reversed: wrong person"
    assert not any(row.taken_back for row in told(log, id, known_before=reversal))


def test_a_corrected_entry_is_told_as_corrected_and_the_correction_is_an_entry_too(
    log: Log,
) -> None:
    candidate = examples.applied_on(day(5), examples.open_requisition())
    log.record(candidate, by=someone())
    [version] = [e.originator_version for e in candidate.history if isinstance(e, Applied)]
    candidate.correct_entry(version, "source", "campus_fair", "typing_error")
    log.record(candidate, by=someone())
    candidate.correct_entry(version, "occurred_at", utc_text(day(3)), "typing_error")
    last = log.record(candidate, by=someone()).position
    application_id = the_application(candidate).id
    [applied] = [row for row in told(log, application_id) if row.type == Applied.name]
    assert (applied.sentence, applied.occurred_at) == ("Applied, source campus fair", day(3))
    assert applied.corrected
    corrections = [row for row in told(log, candidate.id) if "corrected" in row.sentence]
    assert [row.type for row in corrections] == ["candidate.entry_corrected"] * 2
    then = told(log, application_id, known_before=last)
    [applied] = [row for row in then if row.type == Applied.name]
    assert applied.occurred_at == day(5)
