-- Who was said to be one person with whom, and to be two people again; one row each time.
CREATE TABLE merges (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    loser_id uuid NOT NULL,
    survivor_id uuid NOT NULL,
    merged boolean NOT NULL
);

-- Who stands for each candidate that was merged, over any number of merges, while that was known.
CREATE TABLE same_person (
    position bigint NOT NULL,
    superseded_at bigint NOT NULL,
    loser_id uuid NOT NULL,
    survivor_id uuid NOT NULL,
    PRIMARY KEY (position, loser_id)
);
CREATE INDEX same_person_loser ON same_person (loser_id, superseded_at);
CREATE INDEX same_person_survivor ON same_person (survivor_id, superseded_at);

-- Who was found to be somebody else, however similar.
CREATE TABLE dismissed_duplicates (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    candidate_id uuid NOT NULL,
    other_id uuid NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON merges, same_person, dismissed_duplicates TO :"app";
