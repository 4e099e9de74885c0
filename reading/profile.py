"""A profile that a document suggests, and the reading it comes from."""

from typing import Annotated, Any

from pydantic import BaseModel, Field


class Profile(BaseModel):
    """Who someone is, as a document says it; nothing of it holds before a person confirms it."""

    full_name: str | None = None
    email: str | None = None
    phone: Annotated[str | None, Field(description="E.164 where it is a number that exists.")] = (
        None
    )
    location: str | None = None
    links: str | None = None
    summary: Annotated[str | None, Field(description="Skills, in words.")] = None
    resume: Annotated[
        dict[str, Any] | None,
        Field(description="Work, education, skills and the rest, as JSON Resume 1.0.0 has them."),
    ] = None
    emails: Annotated[list[str], Field(description="All that were found.")] = []
    phones: Annotated[list[str], Field(description="All that were found.")] = []
    found_at: Annotated[
        dict[str, str],
        Field(description="Where each field was found: a line, a section, or a part of JSON."),
    ] = {}

    @property
    def says_something(self) -> bool:
        """Whether there is anything to confirm."""
        return bool(self.model_dump(exclude={"emails", "phones", "found_at"}, exclude_none=True))


class Reading(BaseModel):
    """What was found in a document that could be read."""

    format: str
    text: str
    pages: int | None
    truncated: bool
    has_macros: bool
    profile: Profile | None
