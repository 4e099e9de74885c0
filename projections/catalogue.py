"""Every read model there is."""

from projections import (
    applications,
    approvals,
    candidates,
    checks,
    costs,
    engagement,
    hire_outcomes,
    hires,
    interviews,
    legal_holds,
    mentions,
    message_templates,
    messages,
    offers,
    people,
    plan_templates,
    policies,
    requisitions,
    search,
    surveys,
    tags,
    talent_pool,
    timeline,
    vocabulary,
)
from projections.read_model import ReadModel

# The projector's, by SQL alone.
READ_MODELS: tuple[ReadModel, ...] = (
    applications.READ_MODEL,
    requisitions.READ_MODEL,
    candidates.READ_MODEL,
    people.READ_MODEL,
    talent_pool.READ_MODEL,
    engagement.READ_MODEL,
    surveys.READ_MODEL,
    hire_outcomes.READ_MODEL,
    offers.READ_MODEL,
    hires.READ_MODEL,
    approvals.READ_MODEL,
    plan_templates.READ_MODEL,
    costs.READ_MODEL,
    policies.READ_MODEL,
    messages.READ_MODEL,
    message_templates.READ_MODEL,
    timeline.READ_MODEL,
    legal_holds.READ_MODEL,
    interviews.READ_MODEL,
    tags.READ_MODEL,
    mentions.READ_MODEL,
    checks.READ_MODEL,
    vocabulary.READ_MODEL,
)

ALL_READ_MODELS = (*READ_MODELS, search.READ_MODEL)
