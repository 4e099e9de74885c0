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


class Scope(StrEnum):
    """What an API key may be used for, within its role."""

    READ = "read"
    WRITE = "write"
    PERSONAL = "personal"
    """Opening personal data."""
