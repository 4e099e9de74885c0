"""How long applications stood in each stage they have left: a row for each completed stay."""

# What was told in order is never told again: a stay is known from the step that completed it.
IN_ORDER = """
stands AS (
    SELECT
        position,
        occurred_at,
        application_id,
        candidate_id,
        stage_kind,
        status,
        (stage, status) IS DISTINCT FROM (lag(stage) OVER told, lag(status) OVER told) AS begins,
        first_value(source) OVER told AS source,
        first_value(candidate_origin) OVER told AS candidate_origin
    FROM steps
    WHERE stage IS NOT NULL
    WINDOW told AS (PARTITION BY application_id ORDER BY position)
),
stays_in_order AS (
    SELECT
        application_id,
        candidate_id,
        stage_kind,
        status,
        occurred_at AS started_at,
        lead(occurred_at) OVER stayed AS ended_at,
        lead(position) OVER stayed AS position,
        row_number() OVER stayed AS nth,
        source,
        candidate_origin
    FROM stands
    WHERE begins
    WINDOW stayed AS (PARTITION BY application_id ORDER BY stands.position)
),
stays_begun AS (
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
        position,
        9223372036854775807,
        application_id,
        candidate_id,
        stage_kind,
        started_at,
        ended_at,
        nth,
        source,
        candidate_origin
    FROM stays_in_order
    WHERE status = 'open'
      AND position > %(after)s
      AND application_id NOT IN (SELECT application_id FROM out_of_order)
)
"""

ANEW = """
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
        lag(stage) OVER so_far AS stage_before,
        lag(status) OVER so_far AS status_before
    FROM known
    WHERE stage IS NOT NULL
    WINDOW so_far AS (PARTITION BY application_id, moment ORDER BY occurred_at, origin)
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
stays_told AS (
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
stay_runs AS (
    SELECT
        stays_told.*,
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
    FROM stays_told
),
stay_islands AS MATERIALIZED (
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
    FROM stay_runs
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
stays_ended_anew AS (
    UPDATE stage_stays stay
    SET superseded_at = moments.p
    FROM stay_islands
    JOIN moments
        ON moments.application_id = stay_islands.application_id
        AND moments.moment = stay_islands.last + 1
    WHERE stay_islands.first = 0
      AND stay.application_id = stay_islands.application_id
      AND stay.nth = stay_islands.nth
      AND stay.superseded_at = 9223372036854775807
),
stays_begun_anew AS (
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
        stay_islands.application_id,
        stay_islands.candidate_id,
        stay_islands.stage_kind,
        stay_islands.started_at,
        stay_islands.ended_at,
        stay_islands.nth,
        stay_islands.source,
        stay_islands.candidate_origin
    FROM stay_islands
    JOIN moments began
        ON began.application_id = stay_islands.application_id
        AND began.moment = stay_islands.first
    LEFT JOIN moments ending
        ON ending.application_id = stay_islands.application_id
        AND ending.moment = stay_islands.last + 1
)
"""
