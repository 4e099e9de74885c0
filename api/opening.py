"""Which personal data each role may open, and the one way to it: on the record, in one access."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.caller import Caller
from domain.event import Category
from domain.role import Role, Scope
from store.access_log import Access
from store.database import Connection
from store.envelope import Fact

_ABOUT_A_CANDIDACY = frozenset(
    {Category.IDENTITY, Category.APPLICATION, Category.COMMUNICATION, Category.DOCUMENTS}
)

# What people say of themselves for statistics (eeo) is opened for nobody, and what they answer to
# surveys for nobody who recruits: reports come from aggregates.
MAY_OPEN: dict[Role, frozenset[Category]] = {
    Role.ADMIN: _ABOUT_A_CANDIDACY | {Category.EVALUATION, Category.COMPENSATION},
    Role.RECRUITER: _ABOUT_A_CANDIDACY | {Category.EVALUATION, Category.COMPENSATION},
    Role.COORDINATOR: _ABOUT_A_CANDIDACY,
    Role.SOURCER: _ABOUT_A_CANDIDACY | {Category.EVALUATION},
    Role.HIRING_MANAGER: (_ABOUT_A_CANDIDACY - {Category.COMMUNICATION}) | {Category.EVALUATION},
    # As far as they reach: an interviewer whom they meet, a candidate themselves.
    Role.INTERVIEWER: frozenset({Category.IDENTITY, Category.DOCUMENTS}),
    Role.CANDIDATE: _ABOUT_A_CANDIDACY,
    # Of offers that wait for them.
    Role.APPROVER: frozenset({Category.IDENTITY, Category.COMPENSATION}),
    Role.COMPLIANCE_OFFICER: _ABOUT_A_CANDIDACY | {Category.EVALUATION, Category.SURVEY},
}

NOTHING_BESIDES: Mapping[Role, Category] = {}


def may_open(role: Role) -> frozenset[Category]:
    """The categories of personal data that may be opened for a role."""
    return MAY_OPEN.get(role, frozenset())


def opened_for(
    caller: Caller,
    connection: Connection,
    facts: Sequence[Fact],
    categories: Iterable[Category],
    purpose: str,
    besides: Mapping[Role, Category] = NOTHING_BESIDES,
) -> list[dict[str, Any]]:
    """The personal fields of facts in the clear, as far as the caller may see them.

    `besides` is what a route opens for a role that may open it nowhere else.
    All of it is one access: one row in the access log, or none where nothing is opened.
    Raises AccessNotRecorded.
    """
    more = {category for role, category in besides.items() if role is caller.role}
    allowed = (may_open(caller.role) | more) & set(categories)
    if not allowed or Scope.PERSONAL not in caller.scopes:
        return [{} for _ in facts]
    access = Access(caller.actor_id, purpose, caller.request_id)
    return caller.log.vault.open(connection, facts, allowed, access)
