"""Pages: HTML that works without scripts."""

from web import (
    application_form,
    careers,
    hire_outcomes,
    keep_in_touch,
    outreach_links,
    receipts,
    self_identification,
    self_scheduling,
    sign_in,
    surveys,
)

ROUTERS = (
    sign_in.router,
    self_scheduling.router,
    keep_in_touch.router,
    outreach_links.router,
    surveys.router,
    hire_outcomes.router,
    careers.router,
    application_form.router,
    receipts.router,
    self_identification.router,
)
