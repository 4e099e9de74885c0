"""Who may do what: the roles people and programs have in an organisation."""

from enum import StrEnum


class Role(StrEnum):
    """The right by which someone acts; every event names the one it was done by."""

    ADMIN = "admin"
    RECRUITER = "recruiter"
    COORDINATOR = "coordinator"
    HIRING_MANAGER = "hiring_manager"
    INTERVIEWER = "interviewer"
    APPROVER = "approver"
    SOURCER = "sourcer"
    ANALYST = "analyst"
    COMPLIANCE_OFFICER = "compliance_officer"
    AUDITOR = "auditor"
    CANDIDATE = "candidate"


LIMITED = frozenset({Role.HIRING_MANAGER, Role.INTERVIEWER, Role.APPROVER, Role.CANDIDATE})
"""Roles that reach only what concerns their holder, not the whole organisation."""

EVERYONE = frozenset(Role)
RECRUITING = frozenset({Role.ADMIN, Role.RECRUITER})
READING = EVERYONE - LIMITED
"""Whoever may look at the whole organisation."""
SCHEDULING = RECRUITING | {Role.COORDINATOR}
SOURCING = RECRUITING | {Role.SOURCER}
APPROVING = frozenset({Role.ADMIN, Role.APPROVER})
DECIDING = RECRUITING | {Role.HIRING_MANAGER}
ASSESSING = DECIDING | {Role.INTERVIEWER}
ADMINISTERING = frozenset({Role.ADMIN})
KNOWING_PEOPLE = SCHEDULING | SOURCING | {Role.HIRING_MANAGER, Role.COMPLIANCE_OFFICER}
COMPLIANCE = frozenset({Role.ADMIN, Role.COMPLIANCE_OFFICER})
AUDITING = frozenset({Role.ADMIN, Role.COMPLIANCE_OFFICER, Role.AUDITOR})
FOLLOWING = AUDITING | RECRUITING | {Role.ANALYST}
"""Whoever may read the log itself, without what is sealed."""

SEEING_NAMES = KNOWING_PEOPLE | {Role.INTERVIEWER, Role.CANDIDATE}
"""For whom personal data may be opened, as far as they reach."""


class Scope(StrEnum):
    """What an API key may be used for, within its role."""

    READ = "read"
    WRITE = "write"
    PERSONAL = "personal"
    """Opening personal data."""
