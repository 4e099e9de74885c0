"""How far applications came: a row for each milestone, told again whenever something changes it.

What is true no longer ends where that became known, and what is new begins there. As things are
recorded when they happen, hardly anything is told twice.
"""

# One milestone's row changes where the application enters it, where it goes further, and where
# it is decided or reopened, or an offer answered: all these are steps, so their positions are
# those where a row begins.
IN_ORDER = """
after_each AS (
    SELECT
        position,
        occurred_at,
        application_id,
        candidate_id,
        milestone,
        rung,
        bit_or(1 << rung) OVER told AS reached,
        max(rung) FILTER (WHERE rung <= 5) OVER told AS furthest,
        COALESCE(
            max(position) FILTER (WHERE stage IS NOT NULL AND status = 'open') OVER told
            > max(position) FILTER (WHERE stage IS NOT NULL AND status <> 'open') OVER told,
            true
        ) AS open,
        COALESCE(
            max(position) FILTER (WHERE milestone = 'offered') OVER told
            > max(position) FILTER (WHERE milestone IN ('declined', 'rescinded', 'expired'))
                OVER told,
            true
        ) AS unanswered,
        first_value(occurred_at) OVER told AS applied_at,
        first_value(source) OVER told AS source,
        first_value(candidate_origin) OVER told AS candidate_origin
    FROM steps
    WHERE stage IS NOT NULL
       OR rung IS NOT NULL
       OR milestone IN ('rescinded', 'expired')
    WINDOW told AS (
        PARTITION BY application_id
        ORDER BY position
        ROWS UNBOUNDED PRECEDING
    )
),
turns AS MATERIALIZED (
    SELECT
        *,
        reached IS DISTINCT FROM lag(reached) OVER (
            PARTITION BY application_id ORDER BY position
        ) AS enters
    FROM after_each
    WHERE application_id NOT IN (SELECT application_id FROM out_of_order)
),
milestones AS (
    SELECT
        entry.position AS entry,
        entry.application_id,
        entry.candidate_id,
        entry.milestone,
        entry.occurred_at AS entered_at,
        entry.applied_at,
        entry.source,
        entry.candidate_origin,
        turn.position,
        turn.occurred_at,
        turn.furthest > entry.rung AS advanced,
        entry.rung < 5
            AND turn.furthest <= entry.rung
            AND turn.open
            AND (turn.unanswered OR entry.rung < 4) AS undecided
    FROM turns entry
    JOIN turns turn
        ON turn.application_id = entry.application_id
        AND turn.position >= entry.position
    WHERE entry.enters
),
compared AS (
    SELECT
        *,
        lag(occurred_at) OVER since AS before,
        lag(undecided) OVER since AS undecided_before,
        lag(advanced) OVER since AS advanced_before
    FROM milestones
    WINDOW since AS (PARTITION BY entry ORDER BY position)
),
summed AS (
    SELECT
        *,
        range_agg(tstzrange(before, occurred_at)) FILTER (WHERE undecided_before) OVER since
            AS undecided_until,
        min(occurred_at) FILTER (WHERE advanced) OVER since AS advanced_at
    FROM compared
    WINDOW since AS (PARTITION BY entry ORDER BY position ROWS UNBOUNDED PRECEDING)
),
way_versions AS MATERIALIZED (
    SELECT
        *,
        lead(position) OVER (PARTITION BY entry ORDER BY position) AS next
    FROM summed
    WHERE undecided IS DISTINCT FROM undecided_before
       OR advanced IS DISTINCT FROM advanced_before
),
ways_ended AS (
    UPDATE application_ways way
    SET superseded_at = way_versions.next
    FROM way_versions
    WHERE way.application_id = way_versions.application_id
      AND way.milestone = way_versions.milestone
      AND way.position = way_versions.position
      AND way_versions.position <= %(after)s
      AND way_versions.next > %(after)s
),
ways_begun AS (
    INSERT INTO application_ways (
        position,
        superseded_at,
        application_id,
        candidate_id,
        milestone,
        entered_at,
        advanced_at,
        undecided,
        applied_at,
        source,
        candidate_origin
    )
    SELECT
        position,
        COALESCE(next, 9223372036854775807),
        application_id,
        candidate_id,
        milestone,
        entered_at,
        advanced_at,
        COALESCE(undecided_until, '{}')
            + CASE
                WHEN undecided THEN tstzmultirange(tstzrange(occurred_at, 'infinity'))
                ELSE '{}'
            END,
        applied_at,
        source,
        candidate_origin
    FROM way_versions
    WHERE position > %(after)s
)
"""

ANEW = """
statuses AS (
    SELECT
        application_id,
        moment,
        status,
        occurred_at,
        lead(occurred_at, 1, 'infinity') OVER (
            PARTITION BY application_id, moment ORDER BY occurred_at, origin
        ) AS until
    FROM known
    WHERE stage IS NOT NULL
),
running AS (
    SELECT
        application_id,
        moment,
        COALESCE(
            range_agg(tstzrange(occurred_at, until)) FILTER (WHERE status = 'open'),
            '{}'
        ) AS open
    FROM statuses
    GROUP BY application_id, moment
),
offers AS (
    SELECT
        application_id,
        moment,
        milestone,
        occurred_at,
        lead(occurred_at, 1, 'infinity') OVER (
            PARTITION BY application_id, moment ORDER BY occurred_at, origin
        ) AS until
    FROM known
    WHERE milestone IN ('offered', 'declined', 'rescinded', 'expired')
),
awaited AS (
    SELECT
        application_id,
        moment,
        tstzmultirange(tstzrange(NULL, min(occurred_at))) + COALESCE(
            range_agg(tstzrange(occurred_at, until)) FILTER (WHERE milestone = 'offered'),
            '{}'
        ) AS answer
    FROM offers
    GROUP BY application_id, moment
),
reached AS (
    SELECT
        application_id,
        moment,
        candidate_id,
        milestone,
        rung,
        min(occurred_at) AS entered_at
    FROM known
    WHERE rung IS NOT NULL
    GROUP BY
        application_id,
        moment,
        candidate_id,
        milestone,
        rung
),
ahead AS (
    SELECT
        reached.*,
        CASE WHEN rung < 5 THEN GREATEST(
            entered_at,
            min(entered_at) FILTER (WHERE rung <= 5) OVER (
                PARTITION BY application_id, moment
                ORDER BY rung
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            )
        ) END AS advanced_at,
        min(entered_at) FILTER (WHERE rung = 1) OVER (
            PARTITION BY application_id, moment
        ) AS applied_at,
        min(entered_at) FILTER (WHERE rung <= 5) OVER (
            PARTITION BY application_id, moment
            ORDER BY rung
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) IS NOT NULL AND rung < 5 AS advances
    FROM reached
),
ways_told AS (
    SELECT
        ahead.application_id,
        ahead.moment,
        ahead.candidate_id,
        ahead.milestone,
        ahead.entered_at,
        CASE WHEN ahead.advances THEN ahead.advanced_at END AS advanced_at,
        CASE
            WHEN ahead.rung >= 5 THEN '{}'
            ELSE running.open
                * tstzmultirange(
                    tstzrange(
                        ahead.entered_at,
                        CASE WHEN ahead.advances THEN ahead.advanced_at ELSE 'infinity' END
                    )
                )
                * CASE
                    WHEN ahead.rung = 4 THEN awaited.answer
                    ELSE tstzmultirange(tstzrange(NULL, NULL))
                END
        END AS undecided,
        ahead.applied_at,
        begun.source,
        begun.candidate_origin
    FROM ahead
    JOIN running USING (application_id, moment)
    LEFT JOIN awaited USING (application_id, moment)
    LEFT JOIN begun USING (application_id, moment)
    UNION ALL
    SELECT
        way.application_id,
        0,
        way.candidate_id,
        way.milestone,
        way.entered_at,
        way.advanced_at,
        way.undecided,
        way.applied_at,
        way.source,
        way.candidate_origin
    FROM (SELECT DISTINCT application_id FROM moments) AS touched
    JOIN application_ways way ON way.application_id = touched.application_id
    WHERE way.superseded_at = 9223372036854775807
),
way_runs AS (
    SELECT
        ways_told.*,
        moment - row_number() OVER (
            PARTITION BY
                application_id,
                candidate_id,
                milestone,
                entered_at,
                advanced_at,
                undecided,
                applied_at,
                source,
                candidate_origin
            ORDER BY moment
        ) AS run
    FROM ways_told
),
way_islands AS MATERIALIZED (
    SELECT
        application_id,
        candidate_id,
        milestone,
        entered_at,
        advanced_at,
        undecided,
        applied_at,
        source,
        candidate_origin,
        min(moment) AS first,
        max(moment) AS last
    FROM way_runs
    GROUP BY
        application_id,
        candidate_id,
        milestone,
        entered_at,
        advanced_at,
        undecided,
        applied_at,
        source,
        candidate_origin,
        run
),
ways_ended_anew AS (
    UPDATE application_ways way
    SET superseded_at = moments.p
    FROM way_islands
    JOIN moments
        ON moments.application_id = way_islands.application_id
        AND moments.moment = way_islands.last + 1
    WHERE way_islands.first = 0
      AND way.application_id = way_islands.application_id
      AND way.milestone = way_islands.milestone
      AND way.superseded_at = 9223372036854775807
),
ways_begun_anew AS (
    INSERT INTO application_ways (
        position,
        superseded_at,
        application_id,
        candidate_id,
        milestone,
        entered_at,
        advanced_at,
        undecided,
        applied_at,
        source,
        candidate_origin
    )
    SELECT
        began.p,
        COALESCE(ending.p, 9223372036854775807),
        way_islands.application_id,
        way_islands.candidate_id,
        way_islands.milestone,
        way_islands.entered_at,
        way_islands.advanced_at,
        way_islands.undecided,
        way_islands.applied_at,
        way_islands.source,
        way_islands.candidate_origin
    FROM way_islands
    JOIN moments began
        ON began.application_id = way_islands.application_id
        AND began.moment = way_islands.first
    LEFT JOIN moments ending
        ON ending.application_id = way_islands.application_id
        AND ending.moment = way_islands.last + 1
)
"""
