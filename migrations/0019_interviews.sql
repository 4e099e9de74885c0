-- How an interview was arranged, one row each time. Columns are added empty: the read model's next
-- version is built beside the one that answers, and fills them.
ALTER TABLE interviews
    ADD COLUMN kind text NOT NULL DEFAULT 'scheduled',
    ADD COLUMN sequence int NOT NULL DEFAULT 0,
    ADD COLUMN silent boolean NOT NULL DEFAULT false,
    ADD COLUMN invitation_id uuid;

-- What became of it: held, cancelled, missed, answered, mailed, assessed.
ALTER TABLE interview_outcomes
    ADD COLUMN kind text,
    ADD COLUMN application_id uuid,
    ADD COLUMN reason_code text,
    ADD COLUMN party text,
    ADD COLUMN code text,
    ADD COLUMN sequence int;
UPDATE interview_outcomes
SET kind = CASE WHEN interviewer_id IS NULL THEN 'held' ELSE 'scorecard_submitted' END;
CREATE INDEX interview_outcomes_application ON interview_outcomes (application_id);
CREATE INDEX interviews_starts ON interviews (starts_at);

-- Whose they are, without asking a read model.
CREATE INDEX events_interview ON events (((data ->> 'interview_id')::uuid))
    WHERE type = 'interview.scheduled';
CREATE INDEX events_invitation ON events (((data ->> 'invitation_id')::uuid))
    WHERE type = 'interview.slots_offered';
CREATE INDEX events_interview_mail ON events (((data ->> 'mail_id')::uuid))
    WHERE type = 'interview.invitation_sent';
CREATE INDEX events_interviewers ON events USING gin ((data -> 'interviewer_ids'))
    WHERE type IN ('interview.scheduled', 'interview.rescheduled', 'interview.changed');

-- When interviewers have interviews to come, changed by the append that arranges them. Each
-- interviewer has a stretch of numbers of their own, with a number for each second; so no two
-- interviews of one of them are at the same time, unless somebody decided so (`alone` is false).
CREATE TABLE interviewer_times (
    interview_id uuid NOT NULL,
    interviewer_id uuid NOT NULL,
    command_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    taken numrange NOT NULL,
    alone boolean NOT NULL,
    PRIMARY KEY (interview_id, interviewer_id),
    CONSTRAINT interviewer_free EXCLUDE USING gist (taken WITH &&) WHERE (alone)
);
CREATE INDEX interviewer_times_interviewer ON interviewer_times (interviewer_id, starts_at);
INSERT INTO interviewer_times (
    interview_id,
    interviewer_id,
    command_id,
    starts_at,
    ends_at,
    taken,
    alone
)
SELECT DISTINCT ON (scheduled.data ->> 'interview_id', interviewer.id)
    (scheduled.data ->> 'interview_id')::uuid,
    interviewer.id::uuid,
    scheduled.command_id,
    (scheduled.data ->> 'starts_at')::timestamptz,
    (scheduled.data ->> 'ends_at')::timestamptz,
    'empty',
    false
FROM events scheduled
CROSS JOIN LATERAL jsonb_array_elements_text(scheduled.data -> 'interviewer_ids')
    AS interviewer (id)
WHERE scheduled.type = 'interview.scheduled'
  AND (scheduled.data ->> 'starts_at')::timestamptz > clock_timestamp()
  AND scheduled.data ? 'ends_at';

-- Where the calendars of members are, and what opens them; encrypted, and not in the log.
CREATE TABLE member_calendars (
    member_id uuid PRIMARY KEY,
    sealed bytea NOT NULL,
    connected_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

GRANT SELECT, INSERT, UPDATE, DELETE ON interviewer_times, member_calendars TO :"app";

-- What happened before there was the policy is none of its business.
INSERT INTO policy_positions (policy, position)
SELECT
    'send-invitations',
    COALESCE((SELECT max(position) FROM events), 0);
