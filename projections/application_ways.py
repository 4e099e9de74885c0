"""How applications went on: rows told again when a late entry or a correction changes them.

A step says one event; how far an application came, and how long it stood where, depends on all
its steps. So for each position at which something became known of an application, what was known
by then is folded, and only what it changed is written: rows that are true no longer end there,
rows that are new begin there. In the usual case, when things are recorded in the order they
happen, hardly anything is told twice.
"""

# Each application that the range tells something about, and the positions that do.
_KNOWN = """
WITH changed AS MATERIALIZED (
    SELECT
        application_id,
        position AS p
    FROM application_steps
    WHERE position > %(after)s
      AND position <= %(upto)s
    UNION
    SELECT
        step.application_id,
        shape.position
    FROM current_shapes shape
    JOIN application_steps step ON step.position = shape.previous
    WHERE shape.position > %(after)s
      AND shape.position <= %(upto)s
),
moments AS MATERIALIZED (
    SELECT
        application_id,
        p,
        row_number() OVER (PARTITION BY application_id ORDER BY p) AS moment
    FROM changed
),
known AS MATERIALIZED (
    SELECT
        moments.application_id,
        moments.moment,
        step.candidate_id,
        step.milestone,
        step.status,
        step.stage,
        step.stage_kind,
        step.source,
        step.candidate_origin,
        step.occurred_at,
        step.origin
    FROM moments
    JOIN application_steps step ON step.application_id = moments.application_id
    WHERE step.position <= moments.p
      AND step.superseded_at > moments.p
),
begun AS (
    SELECT DISTINCT ON (application_id, moment)
        application_id,
        moment,
        source,
        candidate_origin
    FROM known
    WHERE milestone = 'applied'
    ORDER BY application_id, moment, occurred_at, origin
),
"""

WAYS = (
    _KNOWN  # noqa: S608  # both parts stand here
    + """
ladder(milestone, rung) AS (
    VALUES
        ('applied', 1),
        ('screened', 2),
        ('interviewed', 3),
        ('offered', 4),
        ('hired', 5),
        ('rejected', 6),
        ('declined', 7)
),
standings AS (
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
    FROM standings
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
        known.application_id,
        known.moment,
        known.candidate_id,
        ladder.milestone,
        ladder.rung,
        min(known.occurred_at) AS entered_at
    FROM known
    JOIN ladder ON ladder.milestone = known.milestone
    GROUP BY
        known.application_id,
        known.moment,
        known.candidate_id,
        ladder.milestone,
        ladder.rung
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
told AS (
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
runs AS (
    SELECT
        told.*,
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
    FROM told
),
islands AS MATERIALIZED (
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
    FROM runs
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
ended AS (
    UPDATE application_ways way
    SET superseded_at = moments.p
    FROM islands
    JOIN moments
        ON moments.application_id = islands.application_id
        AND moments.moment = islands.last + 1
    WHERE islands.first = 0
      AND way.application_id = islands.application_id
      AND way.milestone = islands.milestone
      AND way.superseded_at = 9223372036854775807
)
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
    islands.application_id,
    islands.candidate_id,
    islands.milestone,
    islands.entered_at,
    islands.advanced_at,
    islands.undecided,
    islands.applied_at,
    islands.source,
    islands.candidate_origin
FROM islands
JOIN moments began
    ON began.application_id = islands.application_id
    AND began.moment = islands.first
LEFT JOIN moments ending
    ON ending.application_id = islands.application_id
    AND ending.moment = islands.last + 1
"""
)

STAYS = (
    _KNOWN  # noqa: S608  # both parts stand here
    + """
standings AS (
    SELECT
        application_id,
        moment,
        candidate_id,
        stage,
        stage_kind,
        status,
        occurred_at,
        origin,
        lag(stage) OVER told AS stage_before,
        lag(status) OVER told AS status_before
    FROM known
    WHERE stage IS NOT NULL
    WINDOW told AS (PARTITION BY application_id, moment ORDER BY occurred_at, origin)
),
stays AS (
    SELECT
        application_id,
        moment,
        candidate_id,
        stage_kind,
        status,
        occurred_at AS started_at,
        lead(occurred_at) OVER stayed AS ended_at,
        row_number() OVER stayed AS nth
    FROM standings
    WHERE stage_before IS NULL
       OR stage_before <> stage
       OR status_before <> status
    WINDOW stayed AS (PARTITION BY application_id, moment ORDER BY occurred_at, origin)
),
told AS (
    SELECT
        stays.application_id,
        stays.moment,
        stays.candidate_id,
        stays.stage_kind,
        stays.started_at,
        stays.ended_at,
        stays.nth,
        begun.source,
        begun.candidate_origin
    FROM stays
    LEFT JOIN begun USING (application_id, moment)
    WHERE stays.status = 'open'
      AND stays.ended_at IS NOT NULL
    UNION ALL
    SELECT
        stay.application_id,
        0,
        stay.candidate_id,
        stay.stage_kind,
        stay.started_at,
        stay.ended_at,
        stay.nth,
        stay.source,
        stay.candidate_origin
    FROM (SELECT DISTINCT application_id FROM moments) AS touched
    JOIN stage_stays stay ON stay.application_id = touched.application_id
    WHERE stay.superseded_at = 9223372036854775807
),
runs AS (
    SELECT
        told.*,
        moment - row_number() OVER (
            PARTITION BY
                application_id,
                candidate_id,
                stage_kind,
                started_at,
                ended_at,
                nth,
                source,
                candidate_origin
            ORDER BY moment
        ) AS run
    FROM told
),
islands AS MATERIALIZED (
    SELECT
        application_id,
        candidate_id,
        stage_kind,
        started_at,
        ended_at,
        nth,
        source,
        candidate_origin,
        min(moment) AS first,
        max(moment) AS last
    FROM runs
    GROUP BY
        application_id,
        candidate_id,
        stage_kind,
        started_at,
        ended_at,
        nth,
        source,
        candidate_origin,
        run
),
ended AS (
    UPDATE stage_stays stay
    SET superseded_at = moments.p
    FROM islands
    JOIN moments
        ON moments.application_id = islands.application_id
        AND moments.moment = islands.last + 1
    WHERE islands.first = 0
      AND stay.application_id = islands.application_id
      AND stay.nth = islands.nth
      AND stay.superseded_at = 9223372036854775807
)
INSERT INTO stage_stays (
    position,
    superseded_at,
    application_id,
    candidate_id,
    stage_kind,
    started_at,
    ended_at,
    nth,
    source,
    candidate_origin
)
SELECT
    began.p,
    COALESCE(ending.p, 9223372036854775807),
    islands.application_id,
    islands.candidate_id,
    islands.stage_kind,
    islands.started_at,
    islands.ended_at,
    islands.nth,
    islands.source,
    islands.candidate_origin
FROM islands
JOIN moments began
    ON began.application_id = islands.application_id
    AND began.moment = islands.first
LEFT JOIN moments ending
    ON ending.application_id = islands.application_id
    AND ending.moment = islands.last + 1
"""
)
