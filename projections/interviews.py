"""Interviews as they were arranged last, and what became of them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import class_row
from pydantic import BaseModel, Field, computed_field

from domain.interview import InterviewState, Participation, Party
from projections import applications, people
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

LOOK_BACK = timedelta(days=90)
"""Interviews of longer ago wait for nobody any more."""

APPOINTMENTS = """
INSERT INTO interviews (
    position,
    origin,
    superseded_at,
    occurred_at,
    interview_id,
    application_id,
    candidate_id,
    kind,
    sequence,
    stage,
    starts_at,
    ends_at,
    time_zone,
    interviewer_ids,
    silent,
    invitation_id
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    (data ->> 'interview_id')::uuid,
    (data ->> 'application_id')::uuid,
    stream_id,
    split_part(type, '.', 2),
    COALESCE((data ->> 'sequence')::int, 0),
    data ->> 'stage_to_be',
    (data ->> 'starts_at')::timestamptz,
    (data ->> 'ends_at')::timestamptz,
    data ->> 'time_zone',
    ARRAY(
        SELECT interviewer.id::uuid
        FROM jsonb_array_elements_text(COALESCE(data -> 'interviewer_ids', '[]'::jsonb))
            WITH ORDINALITY AS interviewer(id, nth)
        ORDER BY interviewer.nth
    ),
    COALESCE((data ->> 'silent')::boolean, false),
    (data ->> 'invitation_id')::uuid
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('interview.scheduled', 'interview.rescheduled', 'interview.changed')
"""

OUTCOMES = """
INSERT INTO interview_outcomes (
    position,
    origin,
    superseded_at,
    occurred_at,
    interview_id,
    application_id,
    kind,
    interviewer_id,
    reason_code,
    party,
    code,
    sequence
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    (data ->> 'interview_id')::uuid,
    (data ->> 'application_id')::uuid,
    split_part(type, '.', 2),
    (data ->> 'interviewer_id')::uuid,
    reason_code,
    COALESCE(data ->> 'cancelled_by', data ->> 'absent'),
    COALESCE(data ->> 'participation', data ->> 'method', data ->> 'code'),
    (data ->> 'sequence')::int
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'interview.held',
    'interview.cancelled',
    'interview.no_show',
    'interview.answered',
    'interview.reschedule_requested',
    'interview.invitation_sent',
    'interview.invitation_bounced',
    'interview.scorecard_submitted'
  )
"""

READ_MODEL = ReadModel(
    name="interviews",
    version=2,
    tables=("interviews", "interview_outcomes"),
    statements=(APPOINTMENTS, OUTCOMES),
)

READS = (READ_MODEL, applications.READ_MODEL, people.READ_MODEL)

# What is known of the interviews in `interviews_asked`, and what each needs of us.
# An answer stands until the interview is moved; `asked_at` is the sequence it was moved by last.
TOLD = """
appointments AS (
    SELECT DISTINCT ON (interview_id)
        interview_id,
        application_id,
        candidate_id,
        stage,
        starts_at,
        ends_at,
        time_zone,
        interviewer_ids,
        silent,
        invitation_id,
        sequence,
        occurred_at,
        position
    FROM interviews
    WHERE interview_id IN (SELECT interview_id FROM interviews_asked)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY interview_id, occurred_at DESC, origin DESC
),
interviews_told AS (
    SELECT
        appointments.interview_id,
        appointments.application_id,
        appointments.candidate_id,
        appointments.occurred_at,
        appointments.position,
        assigned.requisition_id,
        appointments.stage,
        appointments.starts_at,
        appointments.ends_at,
        appointments.time_zone,
        appointments.interviewer_ids,
        appointments.silent,
        appointments.invitation_id,
        appointments.sequence,
        COALESCE(ended.status, 'scheduled') AS status,
        ended.reason_code,
        ended.party,
        ended.absent_interviewer_id,
        outcomes.held_at,
        COALESCE(outcomes.assessed_by, '{}') AS assessed_by,
        ARRAY(
            SELECT id
            FROM unnest(appointments.interviewer_ids) WITH ORDINALITY AS interviewer (id, nth)
            WHERE outcomes.assessed_by IS NULL OR id <> ALL(outcomes.assessed_by)
            ORDER BY nth
        ) AS unassessed,
        outcomes.another_time_at,
        outcomes.is_invited,
        answers.candidate AS candidate_answer,
        COALESCE(answers.interviewers, '{}'::jsonb) AS interviewer_answers,
        COALESCE(answers.declined, false) AS is_declined,
        COALESCE(answers.undelivered, false) AS is_undelivered
    FROM appointments
    LEFT JOIN LATERAL (
        SELECT requisition_id
        FROM application_assignments
        WHERE application_id = appointments.application_id
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at DESC, origin DESC
        LIMIT 1
    ) AS assigned ON true
    LEFT JOIN LATERAL (
        SELECT
            kind AS status,
            reason_code,
            party,
            interviewer_id AS absent_interviewer_id
        FROM interview_outcomes
        WHERE interview_id = appointments.interview_id
          AND kind IN ('held', 'cancelled', 'no_show')
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at DESC, origin DESC
        LIMIT 1
    ) AS ended ON true
    CROSS JOIN LATERAL (
        SELECT
            min(occurred_at) FILTER (WHERE kind = 'held') AS held_at,
            array_agg(DISTINCT interviewer_id) FILTER (WHERE kind = 'scorecard_submitted')
                AS assessed_by,
            max(occurred_at) FILTER (
                WHERE kind = 'reschedule_requested' AND occurred_at >= appointments.occurred_at
            ) AS another_time_at,
            COALESCE(
                bool_or(kind = 'invitation_sent' AND interviewer_id IS NULL AND code = 'request'),
                false
            ) AS is_invited
        FROM interview_outcomes
        WHERE interview_id = appointments.interview_id
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
    ) AS outcomes
    CROSS JOIN LATERAL (
        SELECT
            max(answer) FILTER (WHERE interviewer_id IS NULL) AS candidate,
            jsonb_object_agg(interviewer_id, answer)
                FILTER (WHERE interviewer_id IS NOT NULL AND answer IS NOT NULL) AS interviewers,
            bool_or(answer = 'declined') AS declined,
            bool_or(bounced) AS undelivered
        FROM (
            SELECT
                interviewer_id,
                (array_agg(code ORDER BY occurred_at DESC, origin DESC)
                    FILTER (WHERE kind = 'answered'))[1] AS answer,
                bool_or(kind = 'invitation_bounced') AS bounced
            FROM interview_outcomes
            WHERE interview_id = appointments.interview_id
              AND kind IN ('answered', 'invitation_bounced')
              AND position <= %(p)s
              AND superseded_at > %(p)s
              AND occurred_at <= %(t)s
              AND (
                interviewer_id IS NULL
                OR interviewer_id = ANY(appointments.interviewer_ids)
              )
              AND COALESCE(sequence, appointments.sequence) >= (
                SELECT max(moved.sequence)
                FROM interviews moved
                WHERE moved.interview_id = appointments.interview_id
                  AND moved.kind <> 'changed'
                  AND moved.position <= %(p)s
                  AND moved.superseded_at > %(p)s
                  AND moved.occurred_at <= %(t)s
              )
            GROUP BY interviewer_id
        ) AS each
    ) AS answers
),
interviews_waiting AS (
    SELECT
        interviews_told.*,
        array_remove(
            ARRAY[
                CASE WHEN status = 'scheduled' AND ends_at <= %(now)s THEN 'outcome' END,
                CASE
                    WHEN unassessed <> '{}'
                        AND (status = 'held' OR (status = 'scheduled' AND ends_at <= %(now)s))
                    THEN 'scorecards'
                END,
                CASE WHEN is_open AND is_declined THEN 'declined' END,
                CASE WHEN is_open AND another_time_at IS NOT NULL THEN 'another_time' END,
                CASE WHEN is_open AND candidate_answer = 'needs_action' THEN 'answer' END,
                CASE
                    WHEN is_open AND is_invited AND candidate_answer IS NULL
                    THEN 'confirmation'
                END,
                CASE WHEN is_open AND is_undelivered THEN 'undelivered' END
            ],
            NULL
        ) AS needs
    FROM interviews_told
    CROSS JOIN LATERAL (
        SELECT status = 'scheduled' AND starts_at > %(now)s AS is_open
    ) AS comes
)
"""

LIST = f"""
WITH {people.ONE_PERSON},
interviews_asked AS (
    SELECT interview_id
    FROM interviews
    WHERE %(application)s::uuid IS NULL
       OR application_id = %(application)s
),
{TOLD}
SELECT
    interview_id,
    application_id,
    COALESCE(one_person.person_id, interviews_waiting.candidate_id) AS candidate_id,
    requisition_id,
    stage,
    starts_at,
    ends_at,
    time_zone,
    interviewer_ids,
    invitation_id,
    sequence,
    status,
    reason_code,
    party,
    absent_interviewer_id,
    held_at,
    assessed_by,
    unassessed,
    another_time_at,
    candidate_answer,
    interviewer_answers,
    needs
FROM interviews_waiting
LEFT JOIN one_person ON one_person.candidate_id = interviews_waiting.candidate_id
WHERE (%(interviewer)s::uuid IS NULL OR %(interviewer)s = ANY(interviewer_ids))
  AND (%(requisitions)s::uuid[] IS NULL OR requisition_id = ANY(%(requisitions)s))
  AND (%(since)s::timestamptz IS NULL OR ends_at > %(since)s)
  AND (%(until)s::timestamptz IS NULL OR starts_at < %(until)s)
  AND (%(status)s::text IS NULL OR status = %(status)s)
  AND (NOT %(waiting)s OR needs <> '{{}}')
  AND (%(cursor)s::uuid IS NULL OR interview_id > %(cursor)s)
ORDER BY interview_id
LIMIT %(limit)s
"""  # noqa: S608  # composed of what stands in this folder


class InterviewRow(BaseModel):
    """One interview, as it was arranged last."""

    interview_id: UUID
    application_id: UUID
    candidate_id: UUID
    requisition_id: Annotated[UUID | None, Field(description="Null for a general application.")]
    stage: Annotated[str | None, Field(description="The stage it belongs to, if one was named.")]
    status: Annotated[InterviewState, Field(description="scheduled, held, cancelled or no_show.")]
    starts_at: datetime | None
    ends_at: datetime | None
    time_zone: Annotated[str | None, Field(description="An IANA name.", examples=["Europe/Berlin"])]
    interviewer_ids: list[UUID]
    invitation_id: Annotated[
        UUID | None, Field(description="The offered times that the candidate chose from.")
    ]
    sequence: Annotated[int, Field(description="How often it was moved or changed.")]
    reason_code: Annotated[str | None, Field(description="Why it was cancelled.")]
    party: Annotated[
        Party | None, Field(description="Who cancelled it, or did not come: candidate or us.")
    ]
    absent_interviewer_id: Annotated[UUID | None, Field(description="Which of us did not come.")]
    held_at: Annotated[datetime | None, Field(description="When it took place, if it did.")]
    assessed_by: Annotated[
        list[UUID], Field(description="The interviewers who have submitted a scorecard.")
    ]
    unassessed: Annotated[list[UUID], Field(description="The interviewers who have not.")]
    another_time_at: Annotated[
        datetime | None, Field(description="When the candidate asked for another time.")
    ]
    candidate_answer: Annotated[
        Participation | None, Field(description="What the candidate answered; null if nothing.")
    ]
    interviewer_answers: Annotated[
        dict[UUID, Participation], Field(description="What the interviewers answered.")
    ]
    needs: Annotated[
        list[str],
        Field(
            description="What waits for one of us: outcome (it is over; was it held?), scorecards,"
            " declined, another_time, answer (one in words), confirmation, undelivered."
        ),
    ]

    @computed_field(description="The wall time there and then, with the zone's offset.")  # type: ignore[prop-decorator]
    @property
    def starts_there(self) -> str | None:
        return self._there(self.starts_at)

    @computed_field(description="The wall time it ends at.")  # type: ignore[prop-decorator]
    @property
    def ends_there(self) -> str | None:
        return self._there(self.ends_at)

    def _there(self, moment: datetime | None) -> str | None:
        if moment is None or self.time_zone is None:
            return None
        try:
            return moment.astimezone(ZoneInfo(self.time_zone)).isoformat()
        except (KeyError, ValueError, OSError):  # from before zones were checked
            return None


def interviews(
    connection: Connection,
    asked: Asked,
    *,
    interviewer_id: UUID | None = None,
    application_id: UUID | None = None,
    requisition_ids: list[UUID] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    status: InterviewState | None = None,
    waiting: bool = False,
    cursor: UUID | None = None,
    limit: int = 100,
) -> list[InterviewRow]:
    """Interviews in a stable order, after the cursor; narrowed by whatever is named.

    `since` and `until` leave out what ends before or begins after; `waiting` what needs nobody.
    """
    now = datetime.now(UTC)
    with connection.cursor(row_factory=class_row(InterviewRow)) as rows:
        return rows.execute(
            LIST,
            {
                **asked.parameters,
                "now": min(now, asked.as_of) if asked.as_of else now,
                "interviewer": interviewer_id,
                "application": application_id,
                "requisitions": requisition_ids,
                "since": since,
                "until": until,
                "status": status,
                "waiting": waiting,
                "cursor": cursor,
                "limit": limit,
            },
        ).fetchall()


def waiting_interviews(
    connection: Connection,
    asked: Asked,
    *,
    interviewer_id: UUID | None = None,
    requisition_ids: list[UUID] | None = None,
    limit: int = 100,
) -> list[InterviewRow]:
    """The interviews that wait for one of us: see `needs`."""
    return interviews(
        connection,
        asked,
        interviewer_id=interviewer_id,
        requisition_ids=requisition_ids,
        since=(asked.as_of or datetime.now(UTC)) - LOOK_BACK,
        waiting=True,
        limit=limit,
    )
