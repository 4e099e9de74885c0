"""Pages: HTML that works without scripts."""

from web import application_form, careers, receipts, self_identification, sign_in

ROUTERS = (
    sign_in.router,
    careers.router,
    application_form.router,
    receipts.router,
    self_identification.router,
)
