"""What is known of people's ways so far: the plain facts that rules and rediscovery go by.

Each person comes to one row, folded from steps as known at any place and as of any time; of those
with one history alone the row of now is kept, so that half a million people are looked through at
once.
"""

from projections import people
from projections.read_model import ReadModel

STEPS = """
INSERT INTO background_steps (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    kind,
    code,
    about,
    requisition_id,
    stage,
    status,
    reason_code,
    source,
    region,
    flag
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    CASE
        WHEN type IN ('candidate.registered', 'candidate.profile_updated') THEN 'profile'
        WHEN type IN ('candidate.tagged', 'candidate.untagged') THEN 'tag'
        WHEN type IN ('pool.member_added', 'pool.member_removed') THEN 'pool'
        WHEN type = 'candidate.nurtured' THEN 'contact'
        WHEN type = 'candidate.opted_out' THEN 'opted_out'
        WHEN type = 'candidate.personal_data_erased' THEN 'erased'
        ELSE 'application'
    END,
    COALESCE(data ->> 'tag', data ->> 'stage_kind', data ->> 'channel'),
    COALESCE(data ->> 'application_id', data ->> 'pool_id')::uuid,
    (data ->> 'requisition_id')::uuid,
    data ->> 'stage',
    CASE type
        WHEN 'offer.extended' THEN 'offered'
        WHEN 'application.hired' THEN 'hired'
        WHEN 'application.rejected' THEN 'rejected'
        WHEN 'application.withdrawn' THEN 'withdrawn'
        ELSE 'open'
    END,
    reason_code,
    data ->> 'source',
    data ->> 'region',
    CASE type
        WHEN 'candidate.untagged' THEN false
        WHEN 'pool.member_removed' THEN false
        WHEN 'candidate.personal_data_erased' THEN (data ->> 'whole')::boolean
        WHEN 'application.applied' THEN true
        WHEN 'application.reengaged' THEN true
        WHEN 'candidate.tagged' THEN true
        WHEN 'pool.member_added' THEN true
    END
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'candidate.registered',
    'candidate.profile_updated',
    'candidate.tagged',
    'candidate.untagged',
    'pool.member_added',
    'pool.member_removed',
    'candidate.nurtured',
    'candidate.opted_out',
    'candidate.personal_data_erased',
    'application.applied',
    'application.reengaged',
    'application.assigned_to_requisition',
    'application.transferred',
    'application.moved_to_stage',
    'application.screened',
    'interview.scheduled',
    'interview.held',
    'offer.extended',
    'offer.accepted',
    'offer.declined',
    'offer.rescinded',
    'offer.expired',
    'application.hired',
    'application.hire_reversed',
    'application.rejected',
    'application.rejection_reversed',
    'application.withdrawn',
    'application.withdrawal_reversed'
  )
"""

COLUMNS = """
    sources,
    region,
    tags,
    reached,
    last_stage,
    reason_code,
    applied_at,
    contacted_at,
    in_process,
    hired,
    erased,
    opted_out,
    pools,
    applied_for,
    stood
"""

# `told` are the steps that count, each with who it is of, as person_id. An application counts from
# its first standing; where it stands, and for which requisition, is what was said of it last.
FOLD = """
tags_now AS (
    SELECT
        person_id,
        array_agg(DISTINCT code) FILTER (WHERE flag) AS tags
    FROM (
        SELECT DISTINCT ON (person_id, about, code)
            person_id,
            code,
            flag
        FROM told
        WHERE kind = 'tag'
        ORDER BY person_id, about, code, occurred_at DESC, origin DESC
    ) AS latest
    GROUP BY person_id
),
pools_now AS (
    SELECT
        person_id,
        array_agg(about ORDER BY about) FILTER (WHERE flag) AS pools
    FROM (
        SELECT DISTINCT ON (person_id, about)
            person_id,
            about,
            flag
        FROM told
        WHERE kind = 'pool'
        ORDER BY person_id, about, occurred_at DESC, origin DESC
    ) AS latest
    GROUP BY person_id
),
candidacies AS (
    SELECT
        person_id,
        about,
        min(occurred_at) FILTER (WHERE flag) AS began,
        min(origin) FILTER (WHERE flag) AS began_at,
        GREATEST(
            max(array_position('{applied,screen,interview,offer,hired}'::text[], code)),
            max(4) FILTER (WHERE status = 'offered')
        ) AS reached,
        (array_agg(code ORDER BY occurred_at DESC, origin DESC) FILTER (WHERE stage IS NOT NULL))[1]
            AS last_stage,
        (
            array_agg(status ORDER BY occurred_at DESC, origin DESC)
            FILTER (WHERE stage IS NOT NULL)
        )[1] AS status,
        (
            array_agg(reason_code ORDER BY occurred_at DESC, origin DESC)
            FILTER (WHERE stage IS NOT NULL)
        )[1] AS reason_code,
        (
            array_agg(requisition_id ORDER BY occurred_at DESC, origin DESC)
            FILTER (WHERE requisition_id IS NOT NULL)
        )[1] AS requisition_id,
        array_agg(DISTINCT stage) FILTER (WHERE code = 'interview') AS interviews
    FROM told
    WHERE kind = 'application'
    GROUP BY
        person_id,
        about
    HAVING bool_or(flag)
),
ways AS (
    SELECT
        person_id,
        max(reached) AS reached,
        (array_agg(last_stage ORDER BY began DESC, began_at DESC))[1] AS last_stage,
        (
            array_agg(
                CASE WHEN status IN ('rejected', 'withdrawn') THEN reason_code END
                ORDER BY began DESC, began_at DESC
            )
        )[1] AS reason_code,
        max(began) AS applied_at,
        bool_or(status IN ('open', 'offered')) AS in_process,
        bool_or(status = 'hired') AS hired,
        array_agg(DISTINCT requisition_id ORDER BY requisition_id)
            FILTER (WHERE requisition_id IS NOT NULL) AS applied_for
    FROM candidacies
    GROUP BY person_id
),
stood_in AS (
    SELECT
        person_id,
        array_agg(DISTINCT requisition_id || ':' || stage ORDER BY requisition_id || ':' || stage)
            AS stood
    FROM candidacies
    CROSS JOIN LATERAL unnest(
        COALESCE(interviews, '{}') || CASE WHEN reached >= 4 THEN ARRAY['offer'] ELSE '{}' END
    ) AS stage
    WHERE requisition_id IS NOT NULL
    GROUP BY person_id
),
profiles AS (
    SELECT
        person_id,
        array_agg(DISTINCT source ORDER BY source) FILTER (WHERE source IS NOT NULL) AS sources,
        (
            array_agg(region ORDER BY occurred_at DESC, origin DESC)
            FILTER (WHERE region IS NOT NULL)
        )[1] AS region,
        max(occurred_at) FILTER (WHERE kind = 'contact') AS contacted_at,
        bool_or(kind = 'erased' AND flag) AS erased,
        bool_or(kind = 'opted_out' AND code = 'all') AS opted_out
    FROM told
    GROUP BY person_id
),
folded AS (
    SELECT
        person_id,
        COALESCE(sources, '{}') AS sources,
        region,
        COALESCE(tags, '{}') AS tags,
        COALESCE(reached, 0) AS reached,
        last_stage,
        reason_code,
        applied_at,
        contacted_at,
        COALESCE(in_process, false) AS in_process,
        COALESCE(hired, false) AS hired,
        COALESCE(erased, false) AS erased,
        COALESCE(opted_out, false) AS opted_out,
        COALESCE(pools, '{}') AS pools,
        COALESCE(applied_for, '{}') AS applied_for,
        COALESCE(stood, '{}') AS stood
    FROM profiles
    LEFT JOIN tags_now USING (person_id)
    LEFT JOIN pools_now USING (person_id)
    LEFT JOIN ways USING (person_id)
    LEFT JOIN stood_in USING (person_id)
)
"""

# Whose background the range says something of, or says anew, or takes back.
CHANGED = """
    SELECT candidate_id
    FROM background_steps
    WHERE position > %(after)s
      AND position <= %(upto)s
    UNION
    SELECT step.candidate_id
    FROM current_shapes shape
    JOIN background_steps step ON step.position = shape.previous
    WHERE shape.position > %(after)s
      AND shape.position <= %(upto)s
"""

FORGET = f"DELETE FROM backgrounds WHERE candidate_id IN ({CHANGED})"  # noqa: S608  # as it stands here

KEEP = f"""
WITH changed AS ({CHANGED}),
told AS (
    SELECT
        candidate_id AS person_id,
        step.*
    FROM background_steps step
    WHERE candidate_id IN (SELECT candidate_id FROM changed)
      AND position <= %(upto)s
      AND superseded_at > %(upto)s
),
latest AS (
    SELECT
        candidate_id AS person_id,
        max(GREATEST(position, CASE WHEN superseded_at <= %(upto)s THEN superseded_at END))
            AS position
    FROM background_steps
    WHERE candidate_id IN (SELECT candidate_id FROM changed)
      AND position <= %(upto)s
    GROUP BY candidate_id
),
{FOLD}
INSERT INTO backgrounds (
    candidate_id,
    position,
    {COLUMNS}
)
SELECT
    person_id,
    position,
    {COLUMNS}
FROM folded
JOIN latest USING (person_id)
"""  # noqa: S608  # composed of what stands here

READ_MODEL = ReadModel(
    name="backgrounds",
    version=1,
    tables=("background_steps",),
    statements=(STEPS,),
    latest_tables=("backgrounds",),
    derived=(FORGET, KEEP),
)

READS = (READ_MODEL, people.READ_MODEL)

# Everyone as known at a place and as of a time. `histories` narrows it to some.
AT_ANY_TIME = f"""
{people.ONE_PERSON},
told AS MATERIALIZED (
    SELECT
        COALESCE(person_id, candidate_id) AS person_id,
        step.*
    FROM background_steps step
    LEFT JOIN one_person USING (candidate_id)
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
),
{FOLD},
standing AS (SELECT * FROM folded)
"""  # noqa: S608  # as above

# Those of more than one history, who are few, by now.
OF_MANY_HISTORIES = f"""
{people.ONE_PERSON},
told AS MATERIALIZED (
    SELECT
        one_person.person_id,
        step.*
    FROM one_person
    JOIN background_steps step USING (candidate_id)
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
),
{FOLD}
"""  # noqa: S608  # as above

# Everyone by now: those of one history as they are kept, the others looked up.
BY_NOW = f"""
{OF_MANY_HISTORIES},
standing AS NOT MATERIALIZED (
    SELECT
        candidate_id AS person_id,
        {COLUMNS}
    FROM backgrounds
    WHERE candidate_id NOT IN (SELECT candidate_id FROM one_person)
    UNION ALL
    SELECT
        person_id,
        {COLUMNS}
    FROM folded
)
"""  # noqa: S608  # as above
