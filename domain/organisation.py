"""The organisation whose log this is. Its first event is the first of every log."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, TypeVar

from domain.aggregate import Aggregate
from domain.approval import NO_CHAIN, ApprovalChain, ApprovalSubject, ChainStep
from domain.business_hours import WritingHours
from domain.consent import ContactTexts
from domain.errors import NotFound, Refusal
from domain.event import Code, Count, Event, PublicText, Words
from domain.feedback import SurveyMoment
from domain.knock_out import KnockOutPolicy
from domain.outreach import NO_RULES, OutreachRules
from domain.plan import InterviewPlan
from domain.reason import STANDARD_REASONS, ReasonKey, ReasonKind
from domain.survey import NO_SURVEYS, ApartDays, SurveyRules, WaitDays

Key = TypeVar("Key")


class OrganisationEvent(Event):
    """Something that happened to the organisation itself."""


class Created(OrganisationEvent, name="organisation.created"):
    sentence = "{title} began keeping its history here"
    title: Words
    time_zone: Words = "UTC"


class PolicyAdopted(OrganisationEvent, name="organisation.policy_adopted"):
    sentence = "Policy of {metric} adopted: {policy}"
    metric: Code
    policy: Words


class EventSkipped(OrganisationEvent, name="organisation.event_skipped"):
    sentence = "Event {skipped_position} left out of {read_model}: {reason}"
    read_model: Code
    skipped_position: Count
    reason: Words


class KeysRotated(OrganisationEvent, name="organisation.keys_rotated"):
    """Every key before this epoch is destroyed: backups from before open no one erased since."""

    sentence = "Keys rotated; epoch {epoch} began"
    epoch: Count


class ApprovalChainDefined(OrganisationEvent, name="organisation.approval_chain_defined"):
    """Who approves from now on; no steps mean that one approval by any approver is enough."""

    sentence = "Chain of approval defined: {subject}"
    subject: ApprovalSubject
    steps: tuple[ChainStep, ...] = ()


class PlanTemplateSaved(OrganisationEvent, name="organisation.plan_template_saved"):
    sentence = "Plan template {template} saved: {title}"
    template: Code
    title: Words
    plan: InterviewPlan


class PlanTemplateRetired(OrganisationEvent, name="organisation.plan_template_retired"):
    sentence = "Plan template {template} retired"
    template: Code


class PolicyPaused(OrganisationEvent, name="organisation.policy_paused"):
    sentence = "Policy {policy} paused"
    policy: Code


class PolicyResumed(OrganisationEvent, name="organisation.policy_resumed"):
    sentence = "Policy {policy} resumed"
    policy: Code


class CareersPagePublished(OrganisationEvent, name="organisation.careers_page_published"):
    """Said again, it replaces what was said. Without it, nothing of the organisation is public."""

    sentence = "Careers page published at {slug}"
    slug: Code
    public_name: Words
    introduction: PublicText | None = None
    notice: PublicText | None = None
    """The privacy notice every applicant is shown."""
    notice_version: Code | None = None
    consent_text: PublicText | None = None
    """What an applicant may consent to beyond the application; nothing is asked without it."""
    consent_version: Code | None = None
    consent_months: Count | None = None
    """How long the consent holds; until withdrawn if it does not say."""
    confirms_by_mail: bool = False


class CareersPageWithdrawn(OrganisationEvent, name="organisation.careers_page_withdrawn"):
    sentence = "Careers page taken down"


class KnockOutPolicyChosen(OrganisationEvent, name="organisation.knock_out_policy_chosen"):
    sentence = "What follows an answer that does not meet a basic qualification: {policy}"
    policy: KnockOutPolicy


class OutreachRulesAdopted(OrganisationEvent, name="organisation.outreach_rules_adopted"):
    sentence = "Rules of outreach adopted"
    at_most: Count | None = None
    within_days: Count
    owner_agrees: bool
    at_any_time: bool = False


class SurveysAdopted(OrganisationEvent, name="organisation.surveys_adopted"):
    """What is asked by itself from now on."""

    sentence = "Surveys adopted"
    moments: tuple[SurveyMoment, ...] = ()
    after_days: WaitDays
    days_apart: ApartDays
    asks_hire_outcomes: bool


class ContactTextsAdopted(OrganisationEvent, name="organisation.contact_texts_adopted"):
    """Said again, it replaces what was said."""

    sentence = "Words for people we find adopted ({notice_version}, {consent_version})"
    notice: PublicText
    notice_version: Code
    notice_months: Count | None = None
    consent_text: PublicText
    consent_version: Code
    consent_months: Count | None = None


class NoCareersPage(Refusal):
    """The organisation has no careers page."""

    status = 409


class NoContactTexts(Refusal):
    """The organisation has not said yet what people it finds are told and asked; adopt texts."""

    status = 409


class ReasonCodeDefined(OrganisationEvent, name="organisation.reason_code_defined"):
    sentence = "Reason {code} defined: {title}"
    kind: ReasonKind
    code: Code
    title: Words


class ReasonCodeRetired(OrganisationEvent, name="organisation.reason_code_retired"):
    sentence = "Reason {code} retired"
    kind: ReasonKind
    code: Code


class TagDefined(OrganisationEvent, name="organisation.tag_defined"):
    sentence = "Tag {tag} defined: {title}"
    tag: Code
    title: Words


class TagRetired(OrganisationEvent, name="organisation.tag_retired"):
    sentence = "Tag {tag} retired"
    tag: Code


class RebuildRequested(OrganisationEvent, name="organisation.rebuild_requested"):
    """No names mean all of them."""

    sentence = "Read models to be built anew"
    read_models: tuple[Code, ...] = ()


class RebuildEnded(OrganisationEvent, name="organisation.rebuild_ended"):
    """A rebuild that was asked for is over; what caused it says which."""

    sentence = "Rebuild of read models ended: {outcome}"
    outcome: Code
    """rebuilt, stopped or cancelled."""
    differences: Count = 0
    """Rows that were missing, or too many, in what had answered until then."""
    detail: Words | None = None


class VerificationRequested(OrganisationEvent, name="organisation.verification_requested"):
    sentence = "Verification of the ledger requested"


class VerificationEnded(OrganisationEvent, name="organisation.verification_ended"):
    """The whole ledger was computed anew and held against what was signed."""

    sentence = "Ledger verified: {outcome}"
    outcome: Code
    """whole or damaged."""
    entries: Count
    faults: Count = 0
    detail: Words | None = None
    """The first fault."""


class AlreadyPaused(Refusal):
    """Policy {policy} is paused already."""

    status = 409


class UpkeepUnderWay(Refusal):
    """This was asked for already, and is not over yet."""

    status = 409


class ReasonNotDefined(Refusal):
    """{field}: {code} is no reason of kind {kind}; define it first, or use one of: {known}."""


class ReasonRetired(Refusal):
    """{field}: {code} is retired; use one of: {known}."""


class ReasonOfOtherKind(Refusal):
    """{field}: {code} is a reason of another kind than {kind}; use one of: {known}."""


class TagNotDefined(Refusal):
    """tag: {tag} is not in the vocabulary; define it first, or use one of: {known}."""


class Organisation(Aggregate):
    """What the organisation decides about itself: figures, approvals, templates, policies."""

    stream_type = "organisation"
    event_class = OrganisationEvent

    chains: dict[ApprovalSubject, tuple[datetime, ApprovalChain]] = field(default_factory=dict)
    templates: dict[str, tuple[datetime, InterviewPlan | None]] = field(default_factory=dict)
    """The plan of each template since when; None since it was retired."""
    own_reasons: dict[ReasonKey, tuple[datetime, str | None]] = field(default_factory=dict)
    """The title of each reason since when, where it differs from the standard; None: retired."""
    own_tags: dict[str, tuple[datetime, str | None]] = field(default_factory=dict)
    """The title of each tag since when; None since it was retired."""
    time_zone: str = "UTC"
    paused: set[str] = field(default_factory=set)
    careers_page: CareersPagePublished | None = None
    knock_out_policy: KnockOutPolicy = KnockOutPolicy.REVIEW
    outreach_rules: OutreachRules = NO_RULES
    survey_rules: SurveyRules = NO_SURVEYS
    texts: ContactTexts | None = None
    rebuilding: bool = False
    verifying: bool = False

    def adopt_policy(self, metric: str, policy: str) -> None:
        """From now on a metric is counted this way, unless asked otherwise."""
        self.happened(PolicyAdopted, metric=metric, policy=policy)

    def skip_event(self, read_model: str, skipped_position: int, reason: str) -> None:
        """Lets a read model go on without an event it cannot take in, on the record."""
        self.happened(
            EventSkipped,
            read_model=read_model,
            skipped_position=skipped_position,
            reason=reason,
        )

    def rotate_keys(self, epoch: int) -> None:
        """Notes that every key is wrapped by a new epoch, and the old ones are destroyed."""
        self.happened(KeysRotated, epoch=epoch)

    def define_approval_chain(self, subject: ApprovalSubject, chain: ApprovalChain) -> None:
        """Says who approves from now on; what was asked for before stays as it was asked."""
        self.happened(ApprovalChainDefined, subject=subject, steps=chain.steps)

    def approval_chain(self, subject: ApprovalSubject) -> ApprovalChain:
        """Who approves."""
        return self.chains[subject][1] if subject in self.chains else NO_CHAIN

    def save_plan_template(self, template: str, title: str, plan: InterviewPlan) -> None:
        """Keeps a plan to copy; requisitions that copied an earlier one keep theirs."""
        self.happened(PlanTemplateSaved, template=template, title=title, plan=plan)

    def retire_plan_template(self, template: str) -> None:
        self.plan_template(template)
        self.happened(PlanTemplateRetired, template=template)

    def plan_template(self, template: str) -> InterviewPlan:
        """The plan to copy. Raises NotFound."""
        _, plan = self.templates.get(template, (None, None))
        if plan is None:
            raise NotFound(what="plan template", id=template)
        return plan

    def define_reason_code(self, kind: ReasonKind, code: str, title: str) -> None:
        """Lets a reason be given from now on, or gives it another title."""
        self.happened(ReasonCodeDefined, kind=kind, code=code, title=title)

    def retire_reason_code(self, kind: ReasonKind, code: str) -> None:
        """Lets nobody give a reason any more; where it was given it stays. Raises NotFound."""
        if (kind, code) not in self.reasons:
            raise NotFound(what="reason code", id=code)
        self.happened(ReasonCodeRetired, kind=kind, code=code)

    @property
    def reasons(self) -> dict[ReasonKey, str]:
        """The reasons that may be given, by kind and code: the standard ones and our own."""
        own = {key: title for key, (_, title) in self.own_reasons.items()}
        return {key: title for key, title in {**STANDARD_REASONS, **own}.items() if title}

    def guard_reason(self, kind: ReasonKind, code: str, field: str = "reason_code") -> None:
        """Refuses a reason that may not be given. `field` is where the caller says it.

        Raises ReasonNotDefined, ReasonRetired, ReasonOfOtherKind.
        """
        reasons = self.reasons
        if (kind, code) in reasons:
            return
        known = ", ".join(sorted(other for of, other in reasons if of == kind))
        if (kind, code) in {**STANDARD_REASONS, **self.own_reasons}:
            raise ReasonRetired(field=field, code=code, known=known)
        if code in {other for _, other in reasons}:
            raise ReasonOfOtherKind(field=field, code=code, kind=kind, known=known)
        raise ReasonNotDefined(field=field, code=code, kind=kind, known=known)

    def define_tag(self, tag: str, title: str) -> None:
        """Puts a tag into the vocabulary; from the first on, no others are put on anyone."""
        self.happened(TagDefined, tag=tag, title=title)

    def retire_tag(self, tag: str) -> None:
        """Lets nobody put a tag on any more; where it was put it stays. Raises NotFound."""
        if tag not in self.tags:
            raise NotFound(what="tag", id=tag)
        self.happened(TagRetired, tag=tag)

    @property
    def tags(self) -> dict[str, str]:
        """The vocabulary: the title of each tag that may be put on."""
        return {tag: title for tag, (_, title) in self.own_tags.items() if title}

    def guard_tag(self, tag: str) -> None:
        """Refuses a tag that is not in the vocabulary, if there is one. Raises TagNotDefined."""
        if self.own_tags and tag not in self.tags:
            raise TagNotDefined(tag=tag, known=", ".join(sorted(self.tags)) or "none")

    def pause_policy(self, policy: str) -> None:
        """Keeps a policy from doing anything; it goes on deciding what it would do."""
        self.guard(policy not in self.paused, AlreadyPaused(policy=policy))
        self.happened(PolicyPaused, policy=policy)

    def resume_policy(self, policy: str) -> None:
        """Lets a policy do what has become due meanwhile, and try again what stopped it."""
        self.happened(PolicyResumed, policy=policy)

    def request_rebuild(self, read_models: Sequence[str] = ()) -> None:
        """Has read models built anew; all of them if none are named."""
        self.guard(not self.rebuilding, UpkeepUnderWay())
        self.happened(RebuildRequested, read_models=tuple(read_models))

    def end_rebuild(self, outcome: str, differences: int = 0, detail: str | None = None) -> None:
        """Says how a rebuild ended."""
        self.happened(RebuildEnded, outcome=outcome, differences=differences, detail=detail)

    def request_verification(self) -> None:
        """Has the whole ledger computed anew."""
        self.guard(not self.verifying, UpkeepUnderWay())
        self.happened(VerificationRequested)

    def end_verification(
        self, outcome: str, entries: int, faults: int = 0, detail: str | None = None
    ) -> None:
        """Says how a verification ended."""
        said = {"outcome": outcome, "entries": entries, "faults": faults, "detail": detail}
        self.happened(VerificationEnded, **said)

    def publish_careers_page(self, slug: str, public_name: str, **said: Any) -> None:
        """Makes the organisation's open postings public at an address."""
        self.happened(CareersPagePublished, slug=slug, public_name=public_name, **said)

    def withdraw_careers_page(self) -> None:
        self.published()
        self.happened(CareersPageWithdrawn)

    def published(self) -> CareersPagePublished:
        """The careers page. Raises NoCareersPage."""
        if self.careers_page is None:
            raise NoCareersPage
        return self.careers_page

    def choose_knock_out_policy(self, policy: KnockOutPolicy) -> None:
        """Says what follows an answer that does not meet a basic qualification, from now on."""
        self.happened(KnockOutPolicyChosen, policy=policy)

    def adopt_outreach_rules(self, rules: OutreachRules) -> None:
        """Says how often a person is written to, and by whom, from now on."""
        self.happened(OutreachRulesAdopted, **rules.model_dump())

    def adopt_surveys(self, rules: SurveyRules) -> None:
        """Says what candidates and hiring managers are asked by themselves, from now on."""
        self.happened(SurveysAdopted, **rules.model_dump())

    def adopt_contact_texts(self, texts: ContactTexts) -> None:
        """Says what people we find are told and asked, from now on."""
        self.happened(ContactTextsAdopted, **texts.model_dump())

    @property
    def contact_texts(self) -> ContactTexts:
        """What people we find are told and asked. Raises NoContactTexts."""
        if self.texts is None:
            raise NoContactTexts
        return self.texts

    @property
    def writing_hours(self) -> WritingHours:
        """When sequences and campaigns write to people."""
        return WritingHours(self.time_zone, self.outreach_rules.at_any_time)

    def note(self, event: Event) -> None:
        match event:
            case Created():
                self.time_zone = event.time_zone
            case CareersPagePublished():
                self.careers_page = event
            case CareersPageWithdrawn():
                self.careers_page = None
            case KnockOutPolicyChosen():
                self.knock_out_policy = event.policy
            case SurveysAdopted():
                asked = {name: getattr(event, name) for name in SurveyRules.model_fields}
                self.survey_rules = SurveyRules(**asked)
            case ContactTextsAdopted():
                said = {name: getattr(event, name) for name in ContactTexts.model_fields}
                self.texts = ContactTexts(**said)
            case OutreachRulesAdopted():
                self.outreach_rules = OutreachRules(
                    at_most=event.at_most,
                    within_days=event.within_days,
                    owner_agrees=event.owner_agrees,
                    at_any_time=event.at_any_time,
                )
            case ApprovalChainDefined():
                since, _ = self.chains.get(event.subject, (event.timestamp, NO_CHAIN))
                if event.timestamp >= since:
                    chain = ApprovalChain(steps=event.steps)
                    self.chains[event.subject] = event.timestamp, chain
            case PlanTemplateSaved() | PlanTemplateRetired():
                since, _ = self.templates.get(event.template, (event.timestamp, None))
                if event.timestamp >= since:
                    plan = event.plan if isinstance(event, PlanTemplateSaved) else None
                    self.templates[event.template] = event.timestamp, plan
            case ReasonCodeDefined() | ReasonCodeRetired():
                title = event.title if isinstance(event, ReasonCodeDefined) else None
                _entitle(self.own_reasons, (event.kind, event.code), event.timestamp, title)
            case TagDefined() | TagRetired():
                title = event.title if isinstance(event, TagDefined) else None
                _entitle(self.own_tags, event.tag, event.timestamp, title)
            case PolicyPaused():
                self.paused.add(event.policy)
            case PolicyResumed():
                self.paused.discard(event.policy)
            case RebuildRequested() | RebuildEnded():
                self.rebuilding = isinstance(event, RebuildRequested)
            case VerificationRequested() | VerificationEnded():
                self.verifying = isinstance(event, VerificationRequested)


def _entitle(
    titles: dict[Key, tuple[datetime, str | None]], key: Key, at: datetime, title: str | None
) -> None:
    since, _ = titles.get(key, (at, None))
    if at >= since:
        titles[key] = at, title
