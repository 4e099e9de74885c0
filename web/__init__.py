"""Pages: HTML that works without scripts."""

from web import sign_in

ROUTERS = (sign_in.router,)
