"""Asks a CalDAV server for what is in a time (RFC 4791, section 7.8): one question, one answer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from calendars.fetching import Asked, CalendarUnreadable, fetch
from calendars.settings import CalendarSettings

DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"
QUERY = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><C:calendar-data/></D:prop>
  <C:filter>
    <C:comp-filter name="VCALENDAR">
      <C:comp-filter name="VEVENT">
        <C:time-range start="{since}" end="{until}"/>
      </C:comp-filter>
    </C:comp-filter>
  </C:filter>
</C:calendar-query>
"""


def query(
    settings: CalendarSettings,
    url: str,
    username: str | None,
    password: str | None,
    since: datetime,
    until: datetime,
) -> list[bytes]:
    """The calendar's objects that touch this time. Raises CalendarUnreadable."""
    body = QUERY.format(since=_as_asked(since), until=_as_asked(until)).encode()
    headers = (("Content-Type", "application/xml; charset=utf-8"), ("Depth", "1"))
    content = fetch(settings, Asked(url, "REPORT", username, password, body, headers))
    return list(_objects(content))


def _objects(content: bytes) -> Iterator[bytes]:
    try:
        answer = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise CalendarUnreadable("not_a_calendar") from None
    for element in answer.iter(DATA):
        if element.text:
            yield element.text.encode()


def _as_asked(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
