"""Pages: HTML that works without scripts."""

from web import (
    application_form,
    careers,
    receipts,
    self_identification,
    self_scheduling,
    sign_in,
)

ROUTERS = (
    sign_in.router,
    self_scheduling.router,
    careers.router,
    application_form.router,
    receipts.router,
    self_identification.router,
)
