"""What may follow a rejection at once: a place in a pool, and leave to write."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.candidate import Candidate
from domain.consent import CONTACT, Asking
from domain.event import Code, Moment
from domain.pool import TalentPool
from store.ids import new_id
from store.log import Log


class GivenConsent(BaseModel):
    """A consent to the text shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text_version: Code
    expires_at: Moment | None = None


class KeepInTouch(BaseModel):
    """How to keep in touch with somebody whom we reject."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool_id: UUID
    reason_code: Annotated[Code, Field(examples=["silver_medalist"])]
    consent: Annotated[
        GivenConsent | None, Field(description="Which they have given, by word or in writing.")
    ] = None
    asks: Annotated[bool, Field(description="Whether they are asked by mail, with the notice.")] = (
        False
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "KeepInTouch":
        if self.consent is not None and self.asks:
            raise ValueError("asks: who has consented need not be asked")
        return self


def kept_in_touch(
    log: Log, candidate: Candidate, wish: KeepInTouch, occurred_at: datetime | None
) -> tuple[Candidate, TalentPool]:
    """The history that stands for the person, and the pool they are in by now.

    Raises AlreadyInPool, PoolArchived, HasOptedOut, NoContactTexts and NotFound.
    """
    survivor = next(one for one in candidate.histories if one.merged_into is None)
    pool = log.pool(wish.pool_id)
    survivor.at(occurred_at).add_to_pool(pool, wish.reason_code)
    if wish.consent is not None:
        consent = wish.consent
        survivor.grant_consent(CONTACT, consent.text_version, consent.expires_at)
    elif wish.asks:
        _ = log.organisation_itself().contact_texts
        survivor.at(None).ask_for_consent(new_id(), Asking.NOTICE)
    return survivor, pool
