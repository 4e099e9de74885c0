"""Commands about the organisation itself. Whoever calls them knows which names there are."""

from datetime import datetime
from typing import Any

from domain.approval import ApprovalChain, ApprovalSubject
from domain.consent import ContactTexts
from domain.knock_out import KnockOutPolicy
from domain.outreach import OutreachRules
from domain.plan import InterviewPlan
from domain.reason import ReasonKind
from domain.survey import SurveyRules
from store import careers_addresses
from store.envelope import Attribution
from store.log import Log, Recorded


def adopt_policy(
    log: Log, by: Attribution, metric: str, policy: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Says how a metric is counted from now on."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.adopt_policy(metric, policy)
    return log.record(organisation, by=by)


def skip_event(
    log: Log,
    by: Attribution,
    read_model: str,
    skipped_position: int,
    reason: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Lets a read model go on without an event it cannot take in."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.skip_event(read_model, skipped_position, reason)
    return log.record(organisation, by=by)


def define_approval_chain(
    log: Log,
    by: Attribution,
    subject: ApprovalSubject,
    chain: ApprovalChain,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Says who approves from now on."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.define_approval_chain(subject, chain)
    return log.record(organisation, by=by)


def save_plan_template(
    log: Log,
    by: Attribution,
    template: str,
    title: str,
    plan: InterviewPlan,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Keeps a plan to copy, in place of what the template said before."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.save_plan_template(template, title, plan)
    return log.record(organisation, by=by)


def retire_plan_template(
    log: Log, by: Attribution, template: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Takes a template out of use."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.retire_plan_template(template)
    return log.record(organisation, by=by)


def publish_careers_page(
    log: Log, by: Attribution, slug: str, public_name: str, **said: Any
) -> Recorded:
    """Makes open postings public at an address, which is the organisation's from now on.

    Raises AddressTaken.
    """
    organisation = log.organisation_itself()
    organisation.publish_careers_page(slug, public_name, **said)
    careers_addresses.take(log.database, slug, log.organisation.id)
    return log.record(organisation, by=by)


def withdraw_careers_page(log: Log, by: Attribution) -> Recorded:
    """Takes everything off the public pages."""
    organisation = log.organisation_itself()
    organisation.withdraw_careers_page()
    return log.record(organisation, by=by)


def choose_knock_out_policy(log: Log, by: Attribution, policy: KnockOutPolicy) -> Recorded:
    """Says what follows an answer that does not meet a basic qualification."""
    organisation = log.organisation_itself()
    organisation.choose_knock_out_policy(policy)
    return log.record(organisation, by=by)


def adopt_outreach_rules(log: Log, by: Attribution, rules: OutreachRules) -> Recorded:
    """Says how often a person is written to, and by whom."""
    organisation = log.organisation_itself()
    organisation.adopt_outreach_rules(rules)
    return log.record(organisation, by=by)


def adopt_surveys(log: Log, by: Attribution, rules: SurveyRules) -> Recorded:
    """Says what candidates and hiring managers are asked by themselves."""
    organisation = log.organisation_itself()
    organisation.adopt_surveys(rules)
    return log.record(organisation, by=by)


def adopt_contact_texts(log: Log, by: Attribution, texts: ContactTexts) -> Recorded:
    """Says what people we find are told and asked."""
    organisation = log.organisation_itself()
    organisation.adopt_contact_texts(texts)
    return log.record(organisation, by=by)


def define_reason_code(
    log: Log,
    by: Attribution,
    kind: ReasonKind,
    code: str,
    title: str,
    *,
    occurred_at: datetime | None = None,
) -> Recorded:
    """Lets a reason be given from now on, or gives it another title."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.define_reason_code(kind, code, title)
    return log.record(organisation, by=by)


def retire_reason_code(
    log: Log, by: Attribution, kind: ReasonKind, code: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Lets nobody give a reason any more."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.retire_reason_code(kind, code)
    return log.record(organisation, by=by)


def define_tag(
    log: Log, by: Attribution, tag: str, title: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Puts a tag into the vocabulary."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.define_tag(tag, title)
    return log.record(organisation, by=by)


def retire_tag(
    log: Log, by: Attribution, tag: str, *, occurred_at: datetime | None = None
) -> Recorded:
    """Lets nobody put a tag on any more."""
    organisation = log.organisation_itself().at(occurred_at)
    organisation.retire_tag(tag)
    return log.record(organisation, by=by)
