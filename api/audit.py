"""Audit over HTTP: a search of all entries, and proof that the log is whole and only grew."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api.asking import Answered, Asking, Limit, asking, getting, parsed
from api.caller import Caller, may
from api.paging import link_next
from api.problems import problem_responses
from api.scorecards import Hiding, guard_told_all
from domain.role import AUDITING, FOLLOWING
from exchange.bundle import bundle
from hireledger_verify import to_base64
from projections import entries as read_model
from projections.asked import time_zone
from projections.dates import window
from projections.entries import EntryRow, entries
from store.ledger.proofs import growth, newest
from store.ledger.trees import TREES

router = APIRouter(prefix="/api/audit", tags=["Audit"])
get = getting(router)

ZIP = "application/zip"
MOST_SIZE = 2**53

TreeName = Annotated[
    str,
    Query(
        pattern=f"^({'|'.join(TREES)})$",
        description="Of the log of events, or of who looked at whom.",
    ),
]
Hash = Annotated[
    str,
    Field(
        description="A SHA-256 hash in base64.",
        examples=["CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="],
    ),
]


class SignedCheckpoint(BaseModel):
    """The newest signed state of a tree. Keep `note`: it proves later what was there now."""

    tree: str
    origin: str
    size: Annotated[int, Field(description="How many entries it is signed over.")]
    root: Annotated[Hash, Field(description="The root of the Merkle tree (RFC 9162).")]
    heads: Annotated[
        Hash | None, Field(description="The root over the ends of all streams; of the log only.")
    ]
    time: Annotated[str, Field(description="When it was signed; UTC.")]
    note: Annotated[
        str, Field(description="The checkpoint as it was signed (C2SP tlog-checkpoint).")
    ]
    key: Annotated[str, Field(description="The public key to check it with (C2SP vkey).")]


class ConsistencyProof(BaseModel):
    """The proof that a tree only grew (RFC 9162, section 2.1.4)."""

    tree: str
    old_size: int
    new_size: int
    old_root: Hash
    new_root: Hash
    consistency: Annotated[list[Hash], Field(description="The path, from below.")]


class Entries(Answered):
    """Entries of the log, the newest first."""

    items: Annotated[list[EntryRow], Field(description="One for each event, as it was recorded.")]


@get("/entries")
def search_entries(
    request: Request,
    response: Response,
    ask: Asking = asking(FOLLOWING, read_model.READS),
    types: Annotated[str | None, Query(description="Only these types, comma-separated.")] = None,
    actor_id: Annotated[
        UUID | None, Query(description="Only what this member, key or system did, or had done.")
    ] = None,
    about: Annotated[
        UUID | None,
        Query(description="Only about this person, application, requisition, pool or the like."),
    ] = None,
    recorded_from: Annotated[
        str | None, Query(description="Recorded from then on; a date means its beginning.")
    ] = None,
    recorded_to: Annotated[
        str | None, Query(description="Recorded before then; a date means its end.")
    ] = None,
    before: Annotated[
        int | None, Query(ge=1, le=2**53, description="Only before this log position.")
    ] = None,
    limit: Limit = 100,
) -> Entries:
    """Entries as they were recorded, without what is sealed: who, what, about whom, and when."""
    hiding = Hiding(ask.caller)
    since, until = parsed("recorded_from", recorded_from), parsed("recorded_to", recorded_to)
    with ask.at() as (connection, asked):
        rows = entries(
            connection,
            asked,
            recorded=window(since, until, time_zone(connection)),
            actor_id=actor_id,
            about=about,
            types=types.split(",") if types else None,
            before=before,
            limit=limit,
        )
    if len(rows) == limit:
        link_next(request, response, before=rows[-1].position)
    return Entries(**asked.model_dump(), items=[hiding.told(row) for row in rows])


@get("/checkpoint")
def get_checkpoint(
    calling: Annotated[Caller, may(AUDITING)], tree: TreeName = "log"
) -> SignedCheckpoint:
    """The newest signed checkpoint of the log, or of the access log."""
    database, organisation = calling.log.database, calling.organisation
    with database.transaction(organisation) as connection:
        signed = newest(connection, database, organisation, TREES[tree])
    checkpoint = signed.checkpoint
    return SignedCheckpoint(
        tree=tree,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=to_base64(checkpoint.root),
        heads=to_base64(checkpoint.heads) if checkpoint.heads else None,
        time=checkpoint.time,
        note=signed.note,
        key=str(signed.key),
    )


@get("/consistency")
def get_consistency(
    calling: Annotated[Caller, may(AUDITING)],
    old: Annotated[int, Query(ge=1, le=MOST_SIZE, description="The size it had.")],
    new: Annotated[
        int | None,
        Query(ge=1, le=MOST_SIZE, description="The size it grew to; omitted: the signed one."),
    ] = None,
    tree: TreeName = "log",
) -> ConsistencyProof:
    """Proves that the log only grew from one size to another, to check against kept checkpoints."""
    database, organisation = calling.log.database, calling.organisation
    with database.snapshot(organisation) as connection:
        signed = newest(connection, database, organisation, TREES[tree])
        grown = growth(connection, TREES[tree], signed, old, new)
    return ConsistencyProof(
        tree=tree,
        old_size=grown.old_size,
        new_size=grown.new_size,
        old_root=to_base64(grown.old_root),
        new_root=to_base64(grown.new_root),
        consistency=[to_base64(value) for value in grown.proof],
    )


@router.get(
    "/bundles/{id}",
    response_class=Response,
    responses={
        200: {"content": {ZIP: {}}, "description": "The bundle: see README.txt in it."},
        **problem_responses(401, 403, 404, 409, 422, 503),
    },
)
def get_bundle(
    id: Annotated[UUID, Path(description="A candidate's or a requisition's id.")],
    calling: Annotated[Caller, may(AUDITING)],
    old: Annotated[
        int | None,
        Query(ge=1, le=MOST_SIZE, description="Prove growth since the log had this size too."),
    ] = None,
) -> Response:
    """One history with its proof, which `hireledger-verify` checks offline."""
    guard_told_all(calling, id)
    content = bundle(calling.log.database, calling.organisation, id, old)
    headers = {"Content-Disposition": f'attachment; filename="{id}.zip"'}
    return Response(content, media_type=ZIP, headers=headers)
