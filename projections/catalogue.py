"""Every read model there is."""

from projections import (
    applications,
    candidates,
    costs,
    engagement,
    hire_outcomes,
    message_templates,
    messages,
    policies,
    requisitions,
    surveys,
    talent_pool,
    timeline,
)
from projections.read_model import ReadModel

READ_MODELS: tuple[ReadModel, ...] = (
    applications.READ_MODEL,
    requisitions.READ_MODEL,
    candidates.READ_MODEL,
    talent_pool.READ_MODEL,
    engagement.READ_MODEL,
    surveys.READ_MODEL,
    hire_outcomes.READ_MODEL,
    costs.READ_MODEL,
    policies.READ_MODEL,
    messages.READ_MODEL,
    message_templates.READ_MODEL,
    timeline.READ_MODEL,
)
