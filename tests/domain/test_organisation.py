"""What an organisation decides about its own figures."""

from uuid import uuid4

import pytest

from domain.correction import EntryNotCorrectable
from domain.organisation import EventSkipped, Organisation, PolicyAdopted


def test_a_policy_is_adopted() -> None:
    organisation = Organisation.begin(uuid4())
    organisation.adopt_policy("time_to_hire", "hired")
    event = organisation.pending_events[-1]
    assert isinstance(event, PolicyAdopted)
    assert (event.metric, event.policy) == ("time_to_hire", "hired")


def test_an_event_is_skipped_on_the_record() -> None:
    organisation = Organisation.begin(uuid4())
    organisation.skip_event("pipeline", 4711, "Written by a broken import")
    event = organisation.pending_events[-1]
    assert isinstance(event, EventSkipped)
    assert (event.read_model, event.skipped_position) == ("pipeline", 4711)


def test_what_an_organisation_decided_is_not_corrected() -> None:
    organisation = Organisation.begin(uuid4())
    organisation.adopt_policy("time_to_hire", "hired")
    with pytest.raises(EntryNotCorrectable, match="no organisation corrects"):
        organisation.correct_entry(1, "policy", "accepted", "mistyped")
