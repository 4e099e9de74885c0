"""Pages: for those who come in from outside, and the application for members (web/app)."""

from web import (
    app,
    application_form,
    careers,
    files,
    hire_outcomes,
    keep_in_touch,
    outreach_links,
    own_page,
    receipts,
    self_identification,
    self_scheduling,
    sign_in,
    surveys,
)

ROUTERS = (
    files.router,
    *app.ROUTERS,
    sign_in.router,
    self_scheduling.router,
    keep_in_touch.router,
    outreach_links.router,
    surveys.router,
    hire_outcomes.router,
    careers.router,
    application_form.router,
    receipts.router,
    own_page.router,
    self_identification.router,
)
