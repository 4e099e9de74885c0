"""Reasons: the codes that say why an application ended, and who ended it."""

from collections.abc import Mapping
from enum import StrEnum


class ReasonKind(StrEnum):
    """Who said no. The same code may be a reason of both, with a title of its own."""

    WE_REJECTED = "we_rejected"
    THEY_WITHDREW = "they_withdrew"


ReasonKey = tuple[ReasonKind, str]
"""A reason is known by its kind and its code."""

BACKGROUND_CHECK = "background_check"
"""The one reason with a procedure of its own, see domain/check.py."""

_we_rejected = {
    "experience": "Experience does not match",
    "skills": "Skills do not match",
    "qualification": "Formal qualification is missing",
    "basic_qualifications": "Basic qualifications are not met",
    "language": "Language skills are not sufficient",
    "location": "Location does not fit",
    "work_permit": "No permission to work there",
    "availability": "Not available when needed",
    "salary": "Salary expectations do not fit",
    "salary_expectations": "Salary expectations are too high",
    "motivation": "Motivation did not convince",
    "stronger_candidates": "Others were stronger",
    "assessment": "Assessment not passed",
    "references": "References did not convince",
    BACKGROUND_CHECK: "Result of a background check",
    "incomplete_application": "Application was incomplete",
    "knock_out": "A knock-out question was not passed",
    "no_answer": "No answer from the candidate",
    "no_show": "Did not come to the interview",
    "duplicate": "Applied twice",
    "spam": "Not a serious application",
    "entered_wrongly": "Entered by mistake",
    "offer_expired": "Offer ran out unanswered",
    "position_filled": "Position is filled",
    "position_cancelled": "Position was cancelled",
    "position_closed": "Position was closed",
    "no_suitable_opening": "No suitable opening",
    "other": "Another reason",
}
_they_withdrew = {
    "other_offer": "Took another offer",
    "other_job": "Took another job",
    "counter_offer": "Stays with the present employer",
    "salary": "Salary too low",
    "benefits": "Benefits not sufficient",
    "location": "Location does not suit",
    "relocation": "Does not want to move",
    "remote_work": "Wants to work elsewhere than we offer",
    "role": "The work is not what they look for",
    "process_too_long": "The process took too long",
    "not_interested": "No longer interested",
    "personal": "Personal reasons",
    "no_answer": "Does not answer any more",
    "no_show": "Did not come",
    "did_not_start": "Did not come to work on the first day",
    "other": "Another reason",
}

STANDARD_REASONS: Mapping[ReasonKey, str] = {
    **{(ReasonKind.WE_REJECTED, code): title for code, title in _we_rejected.items()},
    **{(ReasonKind.THEY_WITHDREW, code): title for code, title in _they_withdrew.items()},
}
"""The title of each reason that every organisation begins with; any of them can be retired."""
