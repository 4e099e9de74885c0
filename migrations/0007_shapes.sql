-- What an event says today, where that is not what was stored: an older shape in the current one,
-- a correction as the corrected event told anew, an entry taken back as a retraction.
DROP VIEW facts;
DROP TABLE current_shapes;
CREATE TABLE current_shapes (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    previous bigint,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    reason_code text,
    data jsonb NOT NULL
);
CREATE INDEX current_shapes_origin ON current_shapes (origin, position);

-- What projections read: every event in its current shape, without what is sealed. `origin` is
-- the event a row speaks for: itself, or the one that a correction tells anew.
CREATE VIEW facts AS
SELECT
    e.position,
    COALESCE(c.origin, e.position) AS origin,
    e.stream_type,
    e.stream_id,
    e.version,
    COALESCE(c.type, e.type) AS type,
    e.subject_id,
    COALESCE(c.occurred_at, e.occurred_at) AS occurred_at,
    e.recorded_at,
    e.actor_type,
    e.actor_id,
    e.source,
    CASE WHEN c.position IS NULL THEN e.reason_code ELSE c.reason_code END AS reason_code,
    COALESCE(c.data, e.data) AS data
FROM events e
LEFT JOIN current_shapes c ON c.position = e.position;

GRANT SELECT ON facts TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON current_shapes TO :"app";

-- Generations of read models beside the one that answers: `next` is being built, `before` was
-- replaced and is kept until told otherwise.
CREATE TABLE generations (
    name text NOT NULL,
    standing text NOT NULL CHECK (standing IN ('next', 'before')),
    version int NOT NULL,
    position bigint NOT NULL,
    tables text[] NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, standing)
);
GRANT SELECT ON generations TO :"app";
