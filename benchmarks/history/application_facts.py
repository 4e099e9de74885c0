"""What is said of people and their applications: type, data, reason code, category, mark.

The data must be what the domain's classes make of the same fields; the tests compare them.
"""

from benchmarks.history.clock import day, text
from benchmarks.history.company import Step
from benchmarks.history.diary import NONE, Fact, Mark, truth


def registered(origin: str, source: str, mark: Mark | None = None) -> Fact:
    data = f'{{"origin": "{origin}", "source": "{source}", "jurisdiction": "eu"}}'
    return ("candidate.registered", data, NONE, "identity", mark)


def owner_assigned(owner: str) -> Fact:
    return ("candidate.owner_assigned", f'{{"owner_id": "{owner}"}}', NONE, "", None)


def noted(application: str) -> Fact:
    data = f'{{"topic": "note", "application_id": "{application}", "mentions": []}}'
    return ("candidate.note_added", data, NONE, "evaluation", None)


def applied(
    application: str,
    requisition: str,
    source: str,
    origin: str,
    at: int,
    step: Step,
    mark: Mark | None,
) -> Fact:
    data = (
        f'{{"application_id": "{application}", "requisition_id": "{requisition}",'
        f' "source": "{source}", "origin": "{origin}",'
        f' "interest_expressed_at": "{text(at)}", {step.said}}}'
    )
    return ("application.applied", data, NONE, "application", mark)


def reengaged(application: str, requisition: str, pool: str, previous: str, step: Step) -> Fact:
    before = f'"previous_application_id": "{previous}", ' if previous else ""
    data = (
        f'{{"application_id": "{application}", "requisition_id": "{requisition}",'
        f' "pool_id": "{pool}", {before}"source": "reengaged", "origin": "reengaged",'
        f" {step.said}}}"
    )
    return ("application.reengaged", data, NONE, "", None)


def screened(application: str, outcome: str, step: Step, with_notes: bool) -> Fact:
    data = f'{{"application_id": "{application}", "outcome": "{outcome}", {step.said}}}'
    return ("application.screened", data, NONE, "evaluation" if with_notes else "", None)


def moved(application: str, before: Step, step: Step) -> Fact:
    data = f'{{"application_id": "{application}", "from_stage": "{before.id}", {step.said}}}'
    return ("application.moved_to_stage", data, NONE, "", None)


def rejected(
    application: str,
    reason: str,
    step: Step,
    mark: Mark | None,
    with_notes: bool = False,
    rule: str = "",
) -> Fact:
    by_rule = f'"rule": "{rule}", ' if rule else ""
    data = f'{{"application_id": "{application}", {by_rule}{step.said}}}'
    return ("application.rejected", data, reason, "evaluation" if with_notes else "", mark)


def rejection_reversed(application: str, reason: str, in_error: bool, step: Step, of: Mark) -> Fact:
    return _reversed("application.rejection_reversed", application, reason, in_error, step, of)


def hire_reversed(application: str, reason: str, step: Step, of: Mark) -> Fact:
    return _reversed("application.hire_reversed", application, reason, False, step, of)


def _reversed(
    type: str, application: str, reason: str, in_error: bool, step: Step, of: Mark
) -> Fact:
    data = (
        f'{{"application_id": "{application}", "reverses": %d,'
        f' "entered_in_error": {truth(in_error)}, {step.said}}}'
    )
    return (type, data, reason, "", of)


def withdrawn(application: str, reason: str, step: Step) -> Fact:
    data = f'{{"application_id": "{application}", {step.said}}}'
    return ("application.withdrawn", data, reason, "", None)


def interview_scheduled(
    application: str, interview: str, step: Step, starts: int, ends: int, interviewers: list[str]
) -> Fact:
    who = ", ".join(f'"{id}"' for id in interviewers)
    data = (
        f'{{"application_id": "{application}", "interview_id": "{interview}",'
        f' "stage_to_be": "{step.id}", "starts_at": "{text(starts)}", "ends_at": "{text(ends)}",'
        f' "time_zone": "Europe/Berlin", "interviewer_ids": [{who}],'
        ' "silent": false, "despite_conflicts": false}'
    )
    return ("interview.scheduled", data, NONE, "application", None)


def interview_held(application: str, interview: str, step: Step) -> Fact:
    data = f'{{"application_id": "{application}", "interview_id": "{interview}", {step.said}}}'
    return ("interview.held", data, NONE, "", None)


def scorecard(application: str, interview: str, interviewer: str, overall: str) -> Fact:
    data = (
        f'{{"application_id": "{application}", "interview_id": "{interview}",'
        f' "interviewer_id": "{interviewer}", "overall": "{overall}"}}'
    )
    return ("interview.scorecard_submitted", data, NONE, "evaluation", None)


def offer_extended(application: str, offer: str, opening: str, expires: int, step: Step) -> Fact:
    data = (
        f'{{"application_id": "{application}", "offer_id": "{offer}", "offer_version": 1,'
        f' "opening_id": "{opening}", "currency": "EUR", "expires_at": "{text(expires)}",'
        f" {step.said}}}"
    )
    return ("offer.extended", data, NONE, "compensation", None)


def offer_answered(answer: str, application: str, offer: str, reason: str = NONE) -> Fact:
    data = f'{{"application_id": "{application}", "offer_id": "{offer}"}}'
    return (f"offer.{answer}", data, reason, "", None)


def hired(
    application: str, requisition: str, opening: str, starts: int, step: Step, mark: Mark
) -> Fact:
    data = (
        f'{{"application_id": "{application}", "requisition_id": "{requisition}",'
        f' "opening_id": "{opening}", "start_date": "{day(starts)}", {step.said}}}'
    )
    return ("application.hired", data, NONE, "", mark)


def survey_answered(application: str, moment: str, score: int, with_comment: bool) -> Fact:
    data = f'{{"moment": "{moment}", "application_id": "{application}", "score": {score}}}'
    return ("survey.answered", data, NONE, "survey" if with_comment else "", None)


def hire_outcome(application: str, day: int, scores: list[int], retained: bool) -> Fact:
    performance, ramp_up, satisfaction = scores
    data = (
        f'{{"application_id": "{application}", "day": {day}, "performance": {performance},'
        f' "ramp_up": {ramp_up}, "manager_satisfaction": {satisfaction},'
        f' "retained": {truth(retained)}}}'
    )
    return ("hire.outcome_recorded", data, NONE, "", None)
