"""What an event says today: in its current shape, as corrected, or taken back.

Projections read only `facts`, where these shapes stand in for what was stored. Shapes are
computed from the log alone, one row for each event that needs one:

- an event of an older schema version, rewritten by its class;
- a correction, as the event it corrects told anew. `previous` is where that was last told, the
  row to supersede;
- a reversal of what was entered in error, as a retraction that tells nothing anew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from domain import catalogue
from domain.correction import EntryCorrected, corrected
from domain.event import personal_fields
from store.database import Connection
from store.mapper import as_json, event_class

RETRACTION = "retraction"

NEEDING_A_SHAPE = """
SELECT
    event.position,
    event.type,
    event.schema_version,
    event.occurred_at,
    event.reason_code,
    event.data,
    target.position AS target,
    target.type AS target_type,
    target.schema_version AS target_schema_version,
    target.occurred_at AS target_occurred_at,
    target.reason_code AS target_reason_code,
    target.data AS target_data,
    latest.position AS latest,
    latest.type AS latest_type,
    latest.occurred_at AS latest_occurred_at,
    latest.reason_code AS latest_reason_code,
    latest.data AS latest_data
FROM events event
LEFT JOIN events target
    ON target.stream_id = event.stream_id
    AND target.version = COALESCE(event.data ->> 'corrects', event.data ->> 'reverses')::int
LEFT JOIN LATERAL (
    SELECT
        position,
        type,
        occurred_at,
        reason_code,
        data
    FROM current_shapes
    WHERE origin = target.position
      AND position < event.position
    ORDER BY position DESC
    LIMIT 1
) AS latest ON true
WHERE event.position > %(after)s
  AND event.position <= %(upto)s
  AND (
    event.type = ANY(%(corrections)s)
    OR event.data @> '{"entered_in_error": true}'
    OR event.schema_version < (%(current)s::jsonb ->> event.type)::int
  )
ORDER BY event.position
"""

KEEP = """
INSERT INTO current_shapes (
    position,
    origin,
    previous,
    type,
    occurred_at,
    reason_code,
    data
)
SELECT
    position,
    origin,
    previous,
    type,
    occurred_at,
    reason_code,
    data
FROM jsonb_to_recordset(%(shapes)s::jsonb) AS shape(
    position bigint,
    origin bigint,
    previous bigint,
    type text,
    occurred_at timestamptz,
    reason_code text,
    data jsonb
)
ON CONFLICT (position) DO UPDATE
SET origin = EXCLUDED.origin,
    previous = EXCLUDED.previous,
    type = EXCLUDED.type,
    occurred_at = EXCLUDED.occurred_at,
    reason_code = EXCLUDED.reason_code,
    data = EXCLUDED.data
WHERE current_shapes.* IS DISTINCT FROM EXCLUDED.*
"""

corrections = [n for n, event in catalogue.events.items() if issubclass(event, EntryCorrected)]


class CannotBeTold(Exception):
    """An event has no shape that projections could read."""

    def __init__(self, position: int, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.position = position


@dataclass(frozen=True)
class Shape:
    """What the event at a position says, about the event at its origin."""

    position: int
    origin: int
    previous: int | None
    type: str
    occurred_at: datetime
    reason_code: str | None
    data: dict[str, Any]


@dataclass(frozen=True)
class Needing:
    """An event that needs a shape, with what it is about: as stored, and as last told."""

    position: int
    type: str
    schema_version: int
    occurred_at: datetime
    reason_code: str | None
    data: dict[str, Any]
    target: int | None
    target_type: str
    target_schema_version: int
    target_occurred_at: datetime
    target_reason_code: str | None
    target_data: dict[str, Any]
    latest: int | None
    latest_type: str
    latest_occurred_at: datetime
    latest_reason_code: str | None
    latest_data: dict[str, Any]


def shape(connection: Connection, after: int, upto: int) -> bool:
    """Keeps the shapes of the events in (after, upto]; whether any supersedes what was told.

    Raises CannotBeTold, naming the event.
    """
    current = {n: e.schema_version for n, e in catalogue.events.items() if e.schema_version > 1}
    with connection.cursor(row_factory=class_row(Needing)) as rows:
        needing = rows.execute(
            NEEDING_A_SHAPE,
            {
                "after": after,
                "upto": upto,
                "corrections": corrections,
                "current": as_json(current),
            },
        ).fetchall()
    shapes = list(_shapes(needing))
    if shapes:
        connection.execute(KEEP, {"shapes": as_json([vars(shape) for shape in shapes])})
    return any(shape.previous is not None for shape in shapes)


def _shapes(needing: Iterable[Needing]) -> Iterator[Shape]:
    told: dict[int, Shape] = {}
    for event in needing:
        try:
            shape = _shape(event, told)
        except Exception as error:  # whatever is wrong with an event, it is named
            raise CannotBeTold(event.position, error) from error
        if shape is not None:
            told[shape.origin] = shape
            yield shape


def _shape(event: Needing, told: dict[int, Shape]) -> Shape | None:
    if event.type in corrections:
        return _correction(event, told)
    if event.data.get("entered_in_error") and event.target is not None:
        last = told.get(event.target) or _last_told(event, event.target)
        return Shape(
            event.position,
            event.target,
            last.position,
            RETRACTION,
            event.occurred_at,
            event.reason_code,
            event.data,
        )
    if event.schema_version < event_class(event.type).schema_version:
        return _in_current_shape(event)
    return None


def _correction(event: Needing, told: dict[int, Shape]) -> Shape | None:
    """The corrected event told anew; None where what was corrected is sealed."""
    if event.target is None:
        raise LookupError("it corrects an event that its stream does not have")
    last = told.get(event.target) or _last_told(event, event.target)
    target_class, field = event_class(last.type), event.data["field"]
    if field in personal_fields(target_class):
        return None
    data, occurred_at, reason_code = corrected(
        target_class, last.data, last.occurred_at, last.reason_code, field, event.data.get("value")
    )
    return Shape(
        event.position, event.target, last.position, last.type, occurred_at, reason_code, data
    )


def _in_current_shape(event: Needing) -> Shape:
    return Shape(
        event.position,
        event.position,
        None,
        event.type,
        event.occurred_at,
        event.reason_code,
        event_class(event.type).in_current_shape(event.data, event.schema_version),
    )


def _last_told(event: Needing, target: int) -> Shape:
    if event.latest is not None:
        return Shape(
            event.latest,
            target,
            None,
            event.latest_type,
            event.latest_occurred_at,
            event.latest_reason_code,
            event.latest_data,
        )
    return Shape(
        target,
        target,
        None,
        event.target_type,
        event.target_occurred_at,
        event.target_reason_code,
        event_class(event.target_type).in_current_shape(
            event.target_data, event.target_schema_version
        ),
    )
