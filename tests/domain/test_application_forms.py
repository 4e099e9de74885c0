"""What applicants are asked, what they answer, and what follows from it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import ApplicationClosed, Rejected, Status
from domain.application_form import NO_QUESTIONS, ApplicationForm, Question, QuestionKind
from domain.knock_out import KnockedOut, KnockOutPolicy, NotKnockedOut
from domain.media import sniffed
from domain.requisition import NothingToChange, NotPosted, PostedAsItIs, RequisitionNotOpen
from domain.self_identification import (
    AlreadySelfIdentified,
    ChoiceNotOffered,
    SelfIdentified,
    form_for,
    voluntary_forms,
)
from projections.self_identifications import FEWEST, suppressed
from tests import examples


def test_what_is_posted_is_frozen_as_it_was_posted() -> None:
    requisition = examples.open_requisition()
    requisition.change_form(examples.form())
    with pytest.raises(NothingToChange):
        requisition.change_form(examples.form())
    requisition.post()
    posting = requisition.posting()
    assert (posting.form, posting.version) == (examples.form(), requisition.version)
    with pytest.raises(PostedAsItIs):
        requisition.change_form(NO_QUESTIONS)
    requisition.unpost()
    with pytest.raises(NotPosted):
        requisition.posting()
    requisition.change_form(NO_QUESTIONS)
    requisition.post()
    requisition.put_on_hold("budget")
    with pytest.raises(RequisitionNotOpen):
        requisition.posting()


def test_a_form_entered_late_does_not_replace_a_later_one() -> None:
    requisition = examples.open_requisition(on=examples.day(1))
    requisition.at(examples.day(9)).change_form(examples.form())
    only_permit = ApplicationForm(questions=examples.form().questions[:1])
    requisition.at(examples.day(5)).change_form(only_permit)
    assert requisition.form == examples.form()


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"permit"}),
        ({"permit": ["yes"], "years": ["1.5"]}, {"years"}),
        ({"permit": ["yes", "no"]}, {"permit"}),
        ({"permit": ["yes"], "shift": ["day"], "tools": ["Fax", "Drill"]}, {"shift", "tools"}),
        ({"permit": ["yes"], "start": ["31.3.2026"], "hobby": ["x" * 301]}, {"start", "hobby"}),
        ({"permit": ["yes"], "start": ["20260331"], "years": ["٣"]}, {"start", "years"}),
        ({"permit": ["yes"], "start": ["2026-03-31"], "why": ["x" * 10_000]}, set()),
    ],
)
def test_wrong_answers_are_named(answers: dict[str, list[str]], wrong: set[str]) -> None:
    assert examples.form().problems(answers).keys() == wrong


@pytest.mark.parametrize(
    ("answers", "rules"),
    [
        ({"permit": "yes", "years": "3", "shift": "Day", "tools": ["Python"]}, []),
        ({"permit": "no", "years": "2", "shift": "Night", "tools": ["Rust", "Fax"]}, None),
        ({"permit": "yes", "years": "61"}, ["years"]),
        ({"permit": "yes"}, []),
    ],
)
def test_rules_say_which_answers_do_not_meet_a_qualification(
    answers: dict[str, str | list[str]], rules: list[str] | None
) -> None:
    expected = ["permit", "years", "shift", "tools"] if rules is None else rules
    assert examples.form().knocked_out_by(answers) == expected


@given(
    st.dictionaries(
        st.sampled_from([q.id for q in examples.form().questions]),
        st.lists(st.text(max_size=20), max_size=3),
    )
)
def test_an_answer_without_a_problem_is_kept_and_judged(given_: dict[str, list[str]]) -> None:
    form = examples.form()
    if not form.problems(given_):
        answers = form.answers(given_)
        assert answers.keys() == {id for id, said in given_.items() if said}
        form.knocked_out_by(answers)


def test_two_questions_need_two_ids() -> None:
    question = Question(id="why", label="Why?", kind=QuestionKind.LONG_TEXT)
    with pytest.raises(ValueError, match="same id"):
        ApplicationForm(questions=(question, question))


def test_a_rule_rejects_nobody_by_itself() -> None:
    candidate = examples.applied()
    id = examples.the_application(candidate).id
    candidate.knock_out(id, ["permit", "years"], KnockOutPolicy.REVIEW)
    knocked = [e.rule for e in candidate.pending_events if isinstance(e, KnockedOut)]
    assert knocked == ["permit", "years"]
    assert candidate.application(id).is_open
    candidate.confirm_knock_out(id, "Read it twice")
    rejected = candidate.pending_events[-1]
    assert isinstance(rejected, Rejected)
    assert (rejected.rule, rejected.reason_code) == ("permit", "basic_qualifications")
    with pytest.raises(ApplicationClosed):
        candidate.waive_knock_out(id, "equivalent")


def test_a_waived_rule_is_waived() -> None:
    candidate = examples.applied()
    id = examples.the_application(candidate).id
    with pytest.raises(NotKnockedOut):
        candidate.waive_knock_out(id, "equivalent")
    candidate.knock_out(id, ["permit"], KnockOutPolicy.REVIEW)
    candidate.waive_knock_out(id, "equivalent")
    with pytest.raises(NotKnockedOut):
        candidate.confirm_knock_out(id)


def test_an_organisation_may_have_the_rule_reject() -> None:
    candidate = examples.applied()
    id = examples.the_application(candidate).id
    candidate.knock_out(id, [], KnockOutPolicy.REJECT)
    assert candidate.application(id).is_open
    candidate.knock_out(id, ["permit"], KnockOutPolicy.REJECT)
    assert candidate.application(id).now.status == Status.REJECTED


def test_voluntary_questions_are_asked_where_a_form_says_so_and_answered_once() -> None:
    today = date(2026, 5, 1)
    form = form_for("us-ca", today)
    assert form is not None
    for elsewhere in ("de", "usx", None):
        assert form_for(elsewhere, today) is None
    assert form_for("us", date(2020, 1, 1)) is None
    candidate = examples.applied()
    id = examples.the_application(candidate).id
    with pytest.raises(ChoiceNotOffered):
        candidate.self_identify(id, form, {"gender": "nonsense"})
    candidate.self_identify(id, form, {"gender": "female", "veteran": ""})
    with pytest.raises(AlreadySelfIdentified):
        candidate.self_identify(id, form, {})
    event = candidate.pending_events[-1]
    assert isinstance(event, SelfIdentified)
    assert event.plain().keys() == {"application_id", "form", "form_version"}


def test_every_voluntary_question_can_be_declined() -> None:
    for form in voluntary_forms():
        assert all("declined" in {c.id for c in q.choices} for q in form.questions)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30), min_size=2))
def test_no_number_told_lets_one_reckon_a_small_one(counts: dict[str, int]) -> None:
    told = suppressed(counts)
    hidden = [counts[name] for name, count in told.items() if count is None]
    assert all(count is None or count == counts[name] >= FEWEST for name, count in told.items())
    together = sum(counts.values()) - sum(count for count in told.values() if count is not None)
    assert together == sum(hidden)
    # Whoever knows the total knows what is hidden together, and no more.
    everything = len(hidden) == len(counts)
    assert not hidden or everything or (len(hidden) > 1 and together >= FEWEST)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"junk\n%PDF-1.4", "application/pdf"),
        (b"x" * 1024 + b"%PDF-", "text/plain"),
        (b'\xef\xbb\xbf{"a": 1}', "application/json"),
        (b"{not json", "text/plain"),
        (b"[" * 100_000, "text/plain"),
        (b"<html><script>", "text/plain"),
        (b"   ", None),
        (b"", None),
        (b"PK\x03\x04" + b"\x00" * 30, None),
        (b"\x1b[2J", None),
        (b"caf\xe9", None),
    ],
)
def test_a_file_is_what_is_in_it(content: bytes, kind: str | None) -> None:
    assert sniffed(content) == kind
