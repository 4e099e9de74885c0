"""The web application: what members work with, made of what the API answers."""

from web.app import (
    applications,
    audit,
    board,
    campaigns,
    candidates,
    forms,
    history,
    insights,
    pools,
    requisitions,
    search,
    settings,
    today,
)

ROUTERS = (
    today.router,
    requisitions.router,
    board.router,
    candidates.router,
    applications.router,
    pools.router,
    campaigns.router,
    insights.router,
    audit.router,
    search.router,
    settings.router,
    history.router,
    forms.router,
)
