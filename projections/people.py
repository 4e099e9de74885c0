"""Who is one person with whom, as known at any place in the log.

A merge has no time in the world: what two candidates are one person in, they always were, as far as
is known. So whatever is asked of people is asked of `one_person`, as known at the same position:
the events of merged candidates count as those of the one who stands for the person. What is asked
of applications needs no more than a name for it: an application stays in the history it began in.
"""

from uuid import UUID

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

MERGES = """
INSERT INTO merges (
    position,
    origin,
    superseded_at,
    loser_id,
    survivor_id,
    merged
)
SELECT
    position,
    origin,
    9223372036854775807,
    stream_id,
    (data ->> 'survivor_id')::uuid,
    type = 'candidate.merged_into'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('candidate.merged_into', 'candidate.unmerged')
  AND stream_id <> (data ->> 'survivor_id')::uuid
"""

DISMISSALS = """
INSERT INTO dismissed_duplicates (
    position,
    origin,
    superseded_at,
    candidate_id,
    other_id
)
SELECT
    position,
    origin,
    9223372036854775807,
    stream_id,
    (data ->> 'other_id')::uuid
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'candidate.duplicate_dismissed'
"""

# Whoever is merged, or no longer, changes for themselves and all merged into them who stands for
# them: the one reached by climbing as far as merges lead.
SAME_PERSON = """
WITH RECURSIVE links AS MATERIALIZED (
    SELECT
        position,
        lead(position, 1, 9223372036854775807) OVER (
            PARTITION BY loser_id ORDER BY position
        ) AS until,
        loser_id,
        survivor_id,
        merged
    FROM merges
    WHERE position <= %(upto)s
      AND EXISTS (
        SELECT
        FROM merges
        WHERE position > %(after)s
          AND position <= %(upto)s
      )
),
touched AS (
    SELECT
        position AS p,
        loser_id
    FROM links
    WHERE position > %(after)s
    UNION ALL
    SELECT
        touched.p,
        links.loser_id
    FROM touched
    JOIN links
        ON links.survivor_id = touched.loser_id
        AND links.merged
        AND links.position <= touched.p
        AND links.until > touched.p
),
climbs AS (
    SELECT
        p,
        loser_id,
        loser_id AS reached,
        0 AS height
    FROM touched
    UNION ALL
    SELECT
        climbs.p,
        climbs.loser_id,
        links.survivor_id,
        height + 1
    FROM climbs
    JOIN links
        ON links.loser_id = climbs.reached
        AND links.merged
        AND links.position <= climbs.p
        AND links.until > climbs.p
),
standing AS (
    SELECT
        p AS position,
        lead(p, 1, 9223372036854775807) OVER (PARTITION BY loser_id ORDER BY p) AS superseded_at,
        loser_id,
        survivor_id
    FROM (
        SELECT DISTINCT ON (loser_id, p)
            loser_id,
            p,
            reached AS survivor_id
        FROM climbs
        ORDER BY loser_id, p, height DESC
    ) AS reached
),
ended AS (
    UPDATE same_person
    SET superseded_at = first.position
    FROM (
        SELECT
            loser_id,
            min(position) AS position
        FROM standing
        GROUP BY loser_id
    ) AS first
    WHERE same_person.loser_id = first.loser_id
      AND same_person.superseded_at = 9223372036854775807
)
INSERT INTO same_person (
    position,
    superseded_at,
    loser_id,
    survivor_id
)
SELECT
    position,
    superseded_at,
    loser_id,
    survivor_id
FROM standing
WHERE survivor_id <> loser_id
"""

READ_MODEL = ReadModel(
    name="people",
    version=1,
    tables=("merges", "dismissed_duplicates"),
    statements=(MERGES, DISMISSALS),
    derived_tables=("same_person",),
    derived=(SAME_PERSON,),
)

READS = (READ_MODEL,)

# All histories of each person who has more than one: a row a history, whoever stands for the
# person among them. A clause of other queries, who join it by their candidate_id.
ONE_PERSON = """
one_person AS MATERIALIZED (
    SELECT
        unnest(survivor_id || array_agg(loser_id)) AS candidate_id,
        survivor_id AS person_id,
        survivor_id || array_agg(loser_id) AS histories
    FROM same_person
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
    GROUP BY survivor_id
)
"""

HISTORIES = """
SELECT
    survivor_id,
    array_agg(loser_id ORDER BY loser_id)
FROM same_person
WHERE survivor_id = COALESCE(
        (
            SELECT survivor_id
            FROM same_person
            WHERE loser_id = %(candidate)s
              AND position <= %(p)s
              AND superseded_at > %(p)s
        ),
        %(candidate)s
    )
  AND position <= %(p)s
  AND superseded_at > %(p)s
GROUP BY survivor_id
"""


def histories(connection: Connection, asked: Asked, candidate_id: UUID) -> list[UUID]:
    """All histories of the person a candidate is, first that of who stands for them.

    Whatever else has an id has one history, its own.
    """
    parameters = {**asked.parameters, "candidate": candidate_id}
    row = connection.execute(HISTORIES, parameters).fetchone()
    return [row[0], *row[1]] if row else [candidate_id]
