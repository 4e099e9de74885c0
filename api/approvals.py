"""Approvals over HTTP: who approves what, and what waits for whom."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.asking import Answered, Asking, Limit, asking, getting
from api.commanding import SOME_ID, Answer, Body, Commanding, commanding, example, posting
from commands import organisation as commands
from domain.approval import ApprovalChain, ApprovalSubject, ChainStep
from domain.role import READING, Role
from projections import approvals as read_models
from projections.approvals import ChainRow, WaitingRow, approval_chains, waiting

GOVERNING = frozenset({Role.ADMIN})

router = APIRouter(prefix="/api", tags=["Approvals"])
post, get = posting(router), getting(router)


class Chain(Body):
    """Who approves, in order."""

    model_config = example(
        steps=[
            {"id": "finance", "name": "Finance", "approver_ids": [SOME_ID]},
            {
                "id": "board",
                "name": "Board",
                "approver_ids": [SOME_ID],
                "from_amount": "80000.00",
                "currency": "EUR",
            },
        ]
    )

    steps: Annotated[
        tuple[ChainStep, ...],
        Field(max_length=20, description="None: one approval by anyone who may approve."),
    ]


class ChainList(Answered):
    """The chains there are."""

    items: list[ChainRow]


class WaitingList(Answered):
    """What waits for approval, longest first."""

    items: list[WaitingRow]


@post("/approval-chains/{subject}")
def define_approval_chain(
    subject: ApprovalSubject, body: Chain, command: Commanding = commanding(GOVERNING)
) -> Answer:
    """Says who approves from now on; what was asked for before stays as it was asked."""
    return command.answer(
        commands.define_approval_chain(
            command.log,
            command.by,
            subject,
            ApprovalChain(steps=body.steps),
            occurred_at=body.occurred_at,
        )
    )


@get("/approval-chains")
def list_approval_chains(ask: Asking = asking(READING, read_models.CHAIN_READS)) -> ChainList:
    """Who approves what, now or as of any date."""
    with ask.at() as (connection, asked):
        rows = approval_chains(connection, asked)
    return ChainList(**asked.model_dump(), items=rows)


@get("/approvals")
def list_approvals(
    ask: Asking = asking(READING | {Role.APPROVER}, read_models.READS, narrows=True),
    approver_id: Annotated[
        UUID | None,
        Query(
            description="Only what this person can approve, or anyone who may approve. For an"
            " approver: themselves."
        ),
    ] = None,
    limit: Limit = 100,
) -> WaitingList:
    """What waits for whose approval since when, requisitions and offers alike."""
    with ask.at() as (connection, asked):
        only = ask.caller.holder_if_limited or approver_id
        rows = waiting(connection, asked, only, limit)
    return WaitingList(**asked.model_dump(), items=rows)
