"""The organisation whose log this is. Its first event is the first of every log."""

from domain.event import Event, Words


class OrganisationEvent(Event):
    """Something that happened to the organisation itself."""


class Created(OrganisationEvent, name="organisation.created"):
    sentence = "{title} began keeping its history here"
    title: Words
    time_zone: Words = "UTC"
