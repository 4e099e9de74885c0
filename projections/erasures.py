"""The certificate of an erasure: what was destroyed, what is kept and why, as the log says it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import rfc8785
from pydantic import BaseModel, Field

from domain.event import Category, utc_text
from store.database import Connection
from store.signing import Signer

FORMAT = "hireledger-erasure-certificate/1"

ERASURES = """
SELECT
    erasure.position,
    erasure.recorded_at,
    erasure.data,
    (
        SELECT min(rotation.recorded_at)
        FROM events rotation
        WHERE rotation.stream_id = %(organisation)s
          AND rotation.type = 'organisation.keys_rotated'
          AND rotation.position > erasure.position
    ) AS rotated_at,
    (
        SELECT jsonb_agg(
            jsonb_build_object('hold_id', held.id, 'matter', placed.data ->> 'matter')
            ORDER BY held.nth
        )
        FROM jsonb_array_elements_text(erasure.data -> 'holds') WITH ORDINALITY AS held(id, nth)
        JOIN events placed
            ON (placed.data ->> 'hold_id')::uuid = held.id::uuid
            AND placed.type IN ('candidate.legal_hold_placed', 'requisition.legal_hold_placed')
    ) AS holds
FROM events erasure
WHERE erasure.stream_id = %(candidate)s
  AND erasure.type = 'candidate.personal_data_erased'
ORDER BY erasure.position
"""


class Ground(BaseModel):
    """Why something is kept: a legal hold needs it."""

    hold_id: UUID
    matter: Annotated[str, Field(description="The matter's code.")]


class ErasureRow(BaseModel):
    """One erasure of a person's data. Later ones carry out what waited for legal holds."""

    log_position: int
    erased_at: datetime
    ground: Annotated[str, Field(examples=["request"])]
    whole: Annotated[bool, Field(description="Whether the person was erased, or only categories.")]
    destroyed: Annotated[list[Category], Field(description="Categories that were destroyed.")]
    keys_destroyed: Annotated[int, Field(description="Data keys that were destroyed.")]
    documents_destroyed: Annotated[int, Field(description="Documents that were destroyed.")]
    retained: Annotated[
        list[Category],
        Field(description="Categories of which something is kept until the holds are released."),
    ]
    retained_on: Annotated[list[Ground], Field(description="The legal holds that need it.")]
    backups_unreadable_from: Annotated[
        datetime | None,
        Field(
            description="From then on no backup opens what was destroyed, because the keys that"
            " wrapped its keys were destroyed as well; null until the next rotation."
        ),
    ]


class Certificate(BaseModel):
    """Everything the log says about a person's erasure, and the same signed."""

    candidate_id: UUID
    erasures: list[ErasureRow]
    note: Annotated[
        str, Field(description="The certificate as canonical JSON in a C2SP signed note.")
    ]
    verifier_key: Annotated[str, Field(description="Checks the note's Ed25519 signature.")]


def certificate(
    connection: Connection, organisation_id: UUID, candidate_id: UUID, signer: Signer
) -> Certificate | None:
    """The certificate of a candidate; None if nothing of theirs was erased."""
    about = {"organisation": organisation_id, "candidate": candidate_id}
    erasures = [_erasure(*row) for row in connection.execute(ERASURES, about)]
    if not erasures:
        return None
    return Certificate(
        candidate_id=candidate_id,
        erasures=erasures,
        note=signer.sign(_text(organisation_id, candidate_id, erasures)),
        verifier_key=str(signer.key),
    )


def _text(organisation_id: UUID, candidate_id: UUID, erasures: list[ErasureRow]) -> str:
    said: dict[str, Any] = {
        "format": FORMAT,
        "organisation": str(organisation_id),
        "candidate": str(candidate_id),
        "erasures": [
            {
                **erasure.model_dump(mode="json"),
                "erased_at": utc_text(erasure.erased_at),
                "backups_unreadable_from": _moment(erasure.backups_unreadable_from),
            }
            for erasure in erasures
        ],
    }
    return rfc8785.dumps(said).decode() + "\n"


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


def _erasure(
    position: int,
    recorded_at: datetime,
    data: dict[str, Any],
    rotated_at: datetime | None,
    holds: list[dict[str, Any]] | None,
) -> ErasureRow:
    return ErasureRow(
        log_position=position,
        erased_at=recorded_at,
        ground=data["ground"],
        whole=data["whole"],
        destroyed=data["categories"],
        keys_destroyed=data["keys_destroyed"],
        documents_destroyed=len(data["documents"]),
        retained=data["retained"],
        retained_on=[Ground(**hold) for hold in holds or []],
        backups_unreadable_from=rotated_at,
    )
