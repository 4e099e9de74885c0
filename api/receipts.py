"""Receipts of applications over HTTP: anyone may check one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.problems import problem_responses
from entrance.browser import ANYONE, system
from store.receipts import LONGEST, receipt_key, said_by

router = APIRouter(prefix="/api/receipts", tags=["Careers"], dependencies=[ANYONE])


class Receipt(BaseModel):
    """A receipt as it was given out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"receipt": "{…}\n\n— hireledger/… …\n"}]}
    )

    receipt: Annotated[str, Field(max_length=LONGEST, description="The whole file, as it is.")]


class ReceiptDocument(BaseModel):
    """A document that was sent."""

    kind: Annotated[str, Field(examples=["resume"])]
    size: Annotated[int, Field(description="Bytes.")]
    sha256: Annotated[
        str | None, Field(description="Of the file as it was sent; null once it is erased.")
    ]


class ReceiptSaid(BaseModel):
    """What a receipt says."""

    organisation_id: UUID
    organisation: str
    posting: str
    application_id: UUID
    received_at: str
    documents: list[ReceiptDocument]


class Verification(BaseModel):
    """Whether a receipt was signed here, and what it says."""

    valid: bool
    said: Annotated[ReceiptSaid | None, Field(description="Null if it is not valid.")]
    key: Annotated[
        str, Field(description="The public key (C2SP vkey), to check receipts elsewhere.")
    ]


@router.post("/verification", responses=problem_responses(400, 401, 403, 413, 422))
def verify_receipt(body: Receipt, request: Request) -> Verification:
    """Checks a receipt against this installation's signing key. Nothing about anybody is opened."""
    keyring = system(request).database.keyring
    said = said_by(keyring, body.receipt)
    return Verification(
        valid=said is not None,
        said=ReceiptSaid(**{k: v for k, v in said.items() if k != "format"}) if said else None,
        key=receipt_key(keyring),
    )
