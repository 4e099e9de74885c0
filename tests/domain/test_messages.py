"""Messages about applications, and the templates they are written from: the rules, no database."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import BeforeApplication
from domain.candidate import Candidate
from domain.consent import AddressBounced
from domain.correction import EntryNotCorrectable
from domain.errors import NotFound
from domain.message import (
    EmptyMessage,
    LineBreakInHeader,
    MessageBounced,
    MessageNotWaiting,
    MessageRequested,
    MessageState,
)
from domain.message_template import (
    MessageTemplate,
    TemplateIsArchived,
    UnknownVariable,
    VariableMissing,
)
from tests import examples, strategies
from tests.examples import the_application, the_message


def test_a_message_waits_until_its_time() -> None:
    candidate = examples.written_to()
    message = candidate.message(the_message(candidate))
    assert message.state == MessageState.WAITING
    assert isinstance(candidate.history[message.version - 1], MessageRequested)


def test_a_message_is_cancelled_once() -> None:
    candidate = examples.written_to()
    candidate.cancel_message(the_message(candidate))
    assert candidate.message(the_message(candidate)).state == MessageState.CANCELLED
    with pytest.raises(MessageNotWaiting, match="is cancelled; cancelling it"):
        candidate.cancel_message(the_message(candidate))
    with pytest.raises(MessageNotWaiting, match="is cancelled; sending it"):
        candidate.note_sending(the_message(candidate), "hash")


def test_a_message_is_sent_once() -> None:
    candidate = examples.written_to()
    candidate.note_sending(the_message(candidate), "hash")
    with pytest.raises(MessageNotWaiting, match="is sent; sending it"):
        candidate.note_sending(the_message(candidate), "hash")
    with pytest.raises(MessageNotWaiting, match="is sent; sending it again"):
        candidate.resend_message(the_message(candidate))


def test_a_message_may_come_back_before_we_say_that_it_went_out() -> None:
    candidate = examples.written_to()
    candidate.bounce_message(the_message(candidate), "5.1.1", permanent=True)
    candidate.note_sending(the_message(candidate), "hash")
    assert candidate.message(the_message(candidate)).state == MessageState.BOUNCED


def test_an_answer_says_that_the_message_arrived() -> None:
    candidate, answer = examples.written_to(), uuid4()
    candidate.receive_message(answer, the_message(candidate), body="Yes")
    assert candidate.message(the_message(candidate)).state == MessageState.SENT
    assert candidate.message(answer).state == MessageState.RECEIVED


def test_an_answer_is_no_message_of_ours() -> None:
    candidate, answer = examples.written_to(), uuid4()
    candidate.receive_message(answer, the_message(candidate))
    with pytest.raises(NotFound, match="no message of ours"):
        candidate.receive_message(uuid4(), answer)
    with pytest.raises(NotFound, match="no message of ours"):
        candidate.bounce_message(answer, "5.1.1", permanent=True)


def test_a_closed_application_is_still_written_about() -> None:
    candidate = examples.rejected_after_interview()
    write(candidate)
    assert isinstance(candidate.pending_events[-1], MessageRequested)


def test_nobody_is_written_to_before_they_applied() -> None:
    candidate = examples.applied()
    with pytest.raises(BeforeApplication):
        write(candidate.at(examples.day(0)))


def test_an_answer_belongs_to_the_same_application() -> None:
    candidate, other = examples.written_to(), uuid4()
    candidate.apply_for(other, None)
    with pytest.raises(NotFound, match="no message"):
        write(candidate, application_id=other, in_reply_to=the_message(candidate))


def test_a_message_says_something() -> None:
    with pytest.raises(EmptyMessage, match="subject"):
        write(examples.applied(), subject=" ")
    with pytest.raises(EmptyMessage, match="body"):
        write(examples.applied(), body="\n")


@given(strategies.texts)
def test_whatever_becomes_a_subject_is_one_line(text: str) -> None:
    try:
        write(examples.applied(), subject=text)
    except (LineBreakInHeader, EmptyMessage):
        return
    assert len(text.splitlines()) == 1
    assert not any(ord(character) < 32 for character in text)


def test_after_a_message_came_back_nobody_is_written_to_in_passing() -> None:
    candidate = examples.pool_member()
    write(candidate)
    candidate.bounce_message(the_message(candidate), "4.4.1", permanent=False)
    candidate.nurture(uuid4(), "email")
    candidate.bounce_message(the_message(candidate), "5.1.1", permanent=True)
    with pytest.raises(AddressBounced):
        candidate.nurture(uuid4(), "email")
    candidate.update_profile(email="king@example.org")
    candidate.nurture(uuid4(), "email")


def test_what_was_written_is_not_corrected() -> None:
    candidate = examples.written_to()
    with pytest.raises(EntryNotCorrectable, match="it tells what was written"):
        candidate.correct_entry(
            candidate.version, "send_at", "2025-01-01T00:00:00Z", "entered_wrong"
        )


def test_a_bounce_tells_why() -> None:
    candidate = examples.written_to()
    candidate.bounce_message(the_message(candidate), "5.1.1", permanent=True)
    (bounce,) = (e for e in candidate.pending_events if isinstance(e, MessageBounced))
    assert (bounce.code, bounce.permanent) == ("5.1.1", True)


def write(candidate: Candidate, application_id: UUID | None = None, **about: Any) -> None:
    said: dict[str, Any] = {
        "subject": "Hello",
        "body": "Hello",
        "send_at": datetime.now(UTC),
    } | about
    candidate.request_message(application_id or the_application(candidate).id, uuid4(), **said)


def template(body: str = "Dear {{ candidate_name }}", subject: str = "Hello") -> MessageTemplate:
    made = MessageTemplate.begin(uuid4())
    made.create("Invitation", subject, body)
    return made


def test_a_template_is_filled_in() -> None:
    made = template("Dear {{candidate_name}}, about {{ job_title }}", "{{ organisation }} writes")
    known = {"candidate_name": "Ada", "job_title": "Engineer", "organisation": "Acme"}
    assert made.filled_in(known) == ("Acme writes", "Dear Ada, about Engineer")


@pytest.mark.parametrize(
    "place", ["salary", "candidate_name.__class__", "7*7", "", "config", "candidate_name|safe"]
)
def test_a_template_has_no_places_that_nobody_knows(place: str) -> None:
    with pytest.raises(UnknownVariable, match="it knows candidate_name"):
        template(f"Dear {{{{ {place} }}}}")


def test_a_place_that_cannot_be_filled_in_is_named() -> None:
    for known in ({}, {"candidate_name": None}, {"candidate_name": ""}):
        with pytest.raises(VariableMissing, match="the candidate name"):
            template().filled_in(known)


@given(st.text(max_size=50))
def test_what_is_filled_in_stays_text(name: str) -> None:
    name = name or "x"
    for said in (name, f"{{{{ job_title }}}}{name}", f"{{% {name} %}}", "\\1\\g<0>"):
        _, body = template().filled_in({"candidate_name": said, "job_title": "no"})
        assert body == f"Dear {said}"


def test_an_archived_template_is_not_used() -> None:
    made = template()
    made.revise("Invitation", "Hi", "Hello")
    assert made.filled_in({}) == ("Hi", "Hello")
    made.archive()
    with pytest.raises(TemplateIsArchived):
        made.filled_in({})
    with pytest.raises(TemplateIsArchived):
        made.revise("Invitation", "Hi", "Hello")
