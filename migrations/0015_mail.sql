-- Whose message it is, without asking a read model: answers and returns are found by this.
CREATE INDEX events_message ON events (((data ->> 'message_id')::uuid))
    WHERE type IN ('message.requested', 'message.received');

-- What became of each message, one row an event; its text stays sealed in the log.
CREATE TABLE message_steps (
    position bigint PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid NOT NULL,
    message_id uuid NOT NULL,
    kind text NOT NULL,
    send_at timestamptz,
    template_id uuid,
    in_reply_to uuid,
    code text,
    permanent boolean,
    automatic boolean,
    attachments int,
    truncated boolean
);
CREATE INDEX message_steps_application ON message_steps (application_id, message_id);

-- The words of message templates; they are about no person.
CREATE TABLE message_template_words (
    position bigint PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    template_id uuid NOT NULL,
    title text,
    subject text,
    body text
);
CREATE INDEX message_template_words_template ON message_template_words (template_id, position);

GRANT SELECT, INSERT, UPDATE, DELETE ON message_steps, message_template_words TO :"app";

-- How far each policy has followed the log, and what stopped it. Whoever holds the row's lock
-- runs the policy. A rebuild does not touch any of what follows.
CREATE TABLE policy_positions (
    policy text PRIMARY KEY,
    position bigint NOT NULL,
    waiting_for text,
    failed_position bigint,
    error text,
    stopped_since timestamptz
);
-- What happened before there were policies is none of their business.
INSERT INTO policy_positions (policy, position)
SELECT
    policy,
    COALESCE((SELECT max(position) FROM events), 0)
FROM unnest(ARRAY['send-messages', 'expire-offers', 'remind-interviewers']) AS policies (policy);

-- What policies have decided to do, each once: when it is due, and what became of it.
CREATE TABLE outbox (
    key text PRIMARY KEY,
    policy text NOT NULL,
    position bigint NOT NULL,
    effect text NOT NULL,
    about uuid NOT NULL,
    application_id uuid,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'attempting', 'in_doubt', 'done')),
    attempts int NOT NULL DEFAULT 0,
    attempted_at timestamptz,
    provider_id text,
    outcome text
);
CREATE INDEX outbox_due ON outbox (policy, due_at) WHERE state = 'waiting';
CREATE INDEX outbox_unsettled ON outbox (policy, state) WHERE state <> 'done';
CREATE INDEX outbox_about ON outbox (about);

-- How far each mailbox has been read.
CREATE TABLE mailboxes (
    mailbox text PRIMARY KEY,
    uid_validity bigint NOT NULL,
    last_uid bigint NOT NULL
);

-- Mail that belongs to no application; the mail itself stays in its mailbox.
CREATE TABLE unmatched_mail (
    mark text PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason text NOT NULL,
    mailbox text NOT NULL,
    uid bigint,
    octets bigint NOT NULL
);
CREATE INDEX unmatched_mail_received ON unmatched_mail (received_at, mark);

GRANT SELECT, INSERT, UPDATE ON policy_positions, outbox, mailboxes TO :"app";
GRANT SELECT, INSERT ON unmatched_mail TO :"app";
