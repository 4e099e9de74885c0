-- Who said what about a person's identity, and when; what was said is opened from the log.
CREATE TABLE candidate_profiles (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    registered boolean NOT NULL,
    source text,
    candidate_origin text
);
CREATE INDEX candidate_profiles_candidate ON candidate_profiles (candidate_id, occurred_at, origin);

-- Ids other systems know people by.
CREATE TABLE external_ids (
    position bigint PRIMARY KEY,
    system text NOT NULL,
    external_id text NOT NULL,
    candidate_id uuid NOT NULL
);
CREATE INDEX external_ids_lookup ON external_ids (system, external_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON candidate_profiles TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON external_ids TO :"app";
