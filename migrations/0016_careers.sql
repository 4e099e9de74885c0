-- Tracking links and agencies, one row for each time something was said of one.
CREATE TABLE tracking_links (
    position bigint PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    link text NOT NULL,
    source text,
    origin text,
    campaign text,
    requisition_id uuid,
    agency text,
    referrer_id uuid,
    made_by uuid NOT NULL,
    retired boolean NOT NULL
);
CREATE INDEX tracking_links_link ON tracking_links (link, position);

CREATE TABLE agencies (
    position bigint PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    agency text NOT NULL,
    title text,
    terms text,
    ownership_days int
);
CREATE INDEX agencies_agency ON agencies (agency, position);

-- Whom agencies and members brought; the sums by link and campaign come from here, too.
CREATE TABLE attributed_applications (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid NOT NULL,
    link text,
    campaign text,
    agency text,
    referrer_id uuid
);
CREATE INDEX attributed_applications_candidate ON attributed_applications (candidate_id);
CREATE INDEX attributed_applications_link ON attributed_applications (link);

-- Answers that do not meet a basic qualification, and where that was waived.
CREATE TABLE knock_outs (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid NOT NULL,
    rule text
);
CREATE INDEX knock_outs_application ON knock_outs (application_id, occurred_at, origin);

-- Who answered voluntary questions, never what: that stays sealed in the log.
CREATE TABLE self_identifications (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid NOT NULL,
    form text NOT NULL,
    form_version text NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    tracking_links,
    agencies,
    attributed_applications,
    knock_outs,
    self_identifications
TO :"app";
