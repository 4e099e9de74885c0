"""Pages: HTML that works without scripts."""

from web import self_scheduling, sign_in

ROUTERS = (sign_in.router, self_scheduling.router)
