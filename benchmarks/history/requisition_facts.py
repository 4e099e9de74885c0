"""What is said of requisitions, costs and the organisation, and in corrections."""

from benchmarks.history.diary import NONE, Fact, Mark, truth


def drafted(
    number: int,
    title: str,
    department: str,
    location: str,
    level: str,
    manager: str,
    recruiters: list[str],
    openings: list[str],
    plan: str,
    mark: Mark | None,
) -> Fact:
    who, seats = (", ".join(f'"{id}"' for id in ids) for ids in (recruiters, openings))
    data = (
        f'{{"number": "R-{number:05d}", "title": "{title}", "department": "{department}",'
        f' "location": "{location}", "level": "{level}", "jurisdiction": "eu",'
        f' "hiring_manager_id": "{manager}", "recruiter_ids": [{who}],'
        ' "coordinator_ids": [], "interviewer_ids": [], "basic_qualifications": [],'
        f' "openings": [{seats}], "plan": {plan}}}'
    )
    return ("requisition.drafted", data, NONE, "", mark)


def requisition(change: str, reason: str = NONE) -> Fact:
    """Approval asked for, given, refused; opened, put on hold, resumed, closed."""
    data = '{"steps": []}' if change == "approval_requested" else "{}"
    return (f"requisition.{change}", data, reason, "", None)


def posting(change: str, channel: str) -> Fact:
    frozen = ', "basic_qualifications": [], "form": {"questions": []}' if change == "posted" else ""
    return (f"requisition.{change}", f'{{"channel": "{channel}"{frozen}}}', NONE, "", None)


def title_changed(title: str) -> Fact:
    return ("requisition.details_changed", f'{{"title": "{title}"}}', NONE, "", None)


def recruiters_changed(recruiters: list[str]) -> Fact:
    who = ", ".join(f'"{id}"' for id in recruiters)
    return ("requisition.details_changed", f'{{"recruiter_ids": [{who}]}}', NONE, "", None)


def opening(change: str, id: str, reason: str = NONE) -> Fact:
    """An opening added, or closed."""
    return (f"requisition.opening_{change}", f'{{"opening_id": "{id}"}}', reason, "", None)


def opening_filled(opening: str, application: str, mark: Mark) -> Fact:
    data = f'{{"opening_id": "{opening}", "application_id": "{application}"}}'
    return ("requisition.opening_filled", data, NONE, "", mark)


def opening_reopened(opening: str, of: Mark) -> Fact:
    data = f'{{"opening_id": "{opening}", "reverses": %d, "entered_in_error": false}}'
    return ("requisition.opening_reopened", data, NONE, "", of)


def cost(
    scope: str, about: str, category: str, amount: int, internal: bool, mark: Mark | None
) -> Fact:
    data = (
        f'{{"scope": "{scope}", {about}, "category": "{category}",'
        f' "internal": {truth(internal)}, "comparable": {truth(category != "relocation")},'
        f' "amount": "{amount}.00", "currency": "EUR"}}'
    )
    return ("cost.recorded", data, NONE, "", mark)


def corrected(stream: str, of: Mark, field: str, value: str, application: str = "") -> Fact:
    about = f', "application_id": "{application}"' if application else ""
    data = f'{{"corrects": %d, "field": "{field}", "value": "{value}"{about}}}'
    return (f"{stream}.entry_corrected", data, "mistyped", "", of)


def policy_adopted(metric: str, policy: str) -> Fact:
    data = f'{{"metric": "{metric}", "policy": "{policy}"}}'
    return ("organisation.policy_adopted", data, NONE, "", None)
