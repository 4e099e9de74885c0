"""The web application: what members work with, made of what the API answers."""

from web.app import applications, board, candidates, forms, requisitions, today

ROUTERS = (
    today.router,
    requisitions.router,
    board.router,
    candidates.router,
    applications.router,
    forms.router,
)
