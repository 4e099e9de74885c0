-- What search looks in: for each thing an event says of who a candidate is, keyed hashes of its
-- words and their prefixes. One row a position and field, and while the key is renewed two.
CREATE TABLE search_entries (
    position bigint NOT NULL,
    field text NOT NULL,
    key_version int NOT NULL,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    tokens bigint[] NOT NULL,
    PRIMARY KEY (position, field, key_version)
);
-- Without a list of what is yet to be indexed, which every search would have to read through.
CREATE INDEX search_entries_tokens ON search_entries USING gin (tokens) WITH (fastupdate = off);
CREATE INDEX search_entries_candidate
    ON search_entries (candidate_id, key_version, field, occurred_at, origin);

-- Whoever holds this row's lock indexes; it says which key the rows that answer were made with,
-- 0 if there are none yet.
CREATE TABLE search_lease (
    id smallint PRIMARY KEY CHECK (id = 1),
    key_version int NOT NULL
);
INSERT INTO search_lease (id, key_version) VALUES (1, 0);

-- Another system's id for someone is personal: it is sealed now, and looked up like the rest.
DROP TABLE external_ids;
DROP TABLE IF EXISTS external_ids_before, external_ids_next;

-- What a correction of a sealed field corrects: it counts from there, wherever that stands in time.
ALTER TABLE candidate_profiles ADD COLUMN corrects bigint;

-- Access history, newest first.
CREATE INDEX access_log_time ON access_log (accessed_at, access_id);
CREATE INDEX access_log_actor ON access_log (actor_id, accessed_at, access_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON search_entries TO :"app";
GRANT SELECT, UPDATE ON search_lease TO :"app";
