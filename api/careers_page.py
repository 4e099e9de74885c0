"""The careers page over HTTP: whether the organisation has one, and what it says there.

The pages themselves, which anyone may read, are in web/careers.py.
"""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.asking import getting
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, posting
from commands import organisation as commands
from domain.event import Code, PublicText, Words
from domain.knock_out import KnockOutPolicy
from domain.role import ADMINISTERING, READING

router = APIRouter(prefix="/api", tags=["Careers"])
post, get = posting(router), getting(router)

TEXT = "Markdown without HTML."


class CareersPage(BaseModel):
    """What the organisation says on its careers page."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "slug": "acme",
                    "public_name": "Acme",
                    "introduction": "We make anvils.",
                    "notice": "We use what you send us to decide about your application only.",
                    "notice_version": "2026-01",
                }
            ]
        },
    )

    slug: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
            description="The address: /careers/{slug}. Once taken, it is nobody else's.",
            examples=["acme"],
        ),
    ]
    public_name: Annotated[Words, Field(examples=["Acme"])]
    introduction: Annotated[PublicText | None, Field(description=TEXT)] = None
    notice: Annotated[
        PublicText | None,
        Field(description="The privacy notice that every applicant is shown. " + TEXT),
    ] = None
    notice_version: Annotated[Code | None, Field(description="Kept with each application.")] = None
    consent_text: Annotated[
        PublicText | None,
        Field(
            description="What applicants may tick to be kept in touch with; omitted: not asked."
            " Needs consent_version."
        ),
    ] = None
    consent_version: Annotated[Code | None, Field(description="Kept with each consent.")] = None
    consent_months: Annotated[
        int | None, Field(ge=1, le=120, description="How long a consent holds.")
    ] = None
    confirms_by_mail: Annotated[
        bool, Field(description="Writes to whoever has applied, with the link to their receipt.")
    ] = False

    @model_validator(mode="after")
    def _versioned(self) -> "CareersPage":
        for text, version in (("notice", "notice_version"), ("consent_text", "consent_version")):
            if (getattr(self, text) is None) != (getattr(self, version) is None):
                raise ValueError(f"{text} and {version} belong together")
        return self


class PolicyChoice(BaseModel):
    """What follows an answer that does not meet a basic qualification."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"policy": "review"}]}
    )

    policy: Annotated[
        KnockOutPolicy,
        Field(description="review: a person decides. reject: rejected at once, by the rule named."),
    ]


class CareersChoices(BaseModel):
    """What the organisation has chosen."""

    page: Annotated[CareersPage | None, Field(description="Null: nothing is public.")]
    knock_out_policy: KnockOutPolicy


@post("/careers-page")
def publish_careers_page(
    body: CareersPage, command: Commanding = commanding(ADMINISTERING)
) -> Answer:
    """Makes what is posted on the careers page public, or says something else there."""
    return command.answer(
        commands.publish_careers_page(command.log, command.by, **body.model_dump())
    )


@post("/careers-page/withdrawal")
def withdraw_careers_page(command: Commanding = commanding(ADMINISTERING)) -> Answer:
    """Takes the careers page down, with all postings and forms."""
    return command.answer(commands.withdraw_careers_page(command.log, command.by))


@post("/knock-out-policy")
def choose_knock_out_policy(
    body: PolicyChoice, command: Commanding = commanding(ADMINISTERING)
) -> Answer:
    """Says what follows from now on; until said, a person decides."""
    return command.answer(commands.choose_knock_out_policy(command.log, command.by, body.policy))


@get("/careers-page")
def get_careers_page(calling: Annotated[Caller, may(READING)]) -> CareersChoices:
    """What is public now, and what follows a knock-out."""
    organisation = calling.log.organisation_itself()
    page = organisation.careers_page
    said = {name: getattr(page, name) for name in CareersPage.model_fields} if page else None
    return CareersChoices(
        page=CareersPage(**said) if said else None,
        knock_out_policy=organisation.knock_out_policy,
    )
