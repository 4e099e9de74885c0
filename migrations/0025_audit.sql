-- Auditors ask for what somebody did, and followers for some kinds only. Few values, many rows: an
-- index of one column stores each value once, and grows by a few bytes an event.
CREATE INDEX events_actor ON events (actor_id);
CREATE INDEX events_on_behalf_of ON events (on_behalf_of) WHERE on_behalf_of IS NOT NULL;
CREATE INDEX events_type ON events (type);

-- How far upkeep that was asked for has come; that it was, and how it ended, is in the log.
CREATE TABLE upkeep_progress (
    position bigint PRIMARY KEY,
    doing text NOT NULL,
    done bigint NOT NULL,
    total bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON upkeep_progress TO :"app";
