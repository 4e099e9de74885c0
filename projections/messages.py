"""Messages of an application: what was written, what became of it, what was answered."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.message import MessageState
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

STEPS = """
INSERT INTO message_steps (
    position,
    occurred_at,
    candidate_id,
    application_id,
    message_id,
    kind,
    send_at,
    template_id,
    in_reply_to,
    code,
    permanent,
    automatic,
    attachments,
    truncated
)
SELECT
    position,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    (data ->> 'message_id')::uuid,
    split_part(type, '.', 2),
    (data ->> 'send_at')::timestamptz,
    (data ->> 'template_id')::uuid,
    (data ->> 'in_reply_to')::uuid,
    data ->> 'code',
    (data ->> 'permanent')::boolean,
    (data ->> 'automatic')::boolean,
    (data ->> 'attachments')::int,
    (data ->> 'truncated')::boolean
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'message.requested',
    'message.cancelled',
    'message.sent',
    'message.resend_decided',
    'message.bounced',
    'message.received'
  )
"""

READ_MODEL = ReadModel(
    name="messages",
    version=1,
    tables=("message_steps",),
    statements=(STEPS,),
    told_anew=False,
)

READS = (READ_MODEL,)

# A message begins with its text. An answer tells that what it answers did arrive.
OF_APPLICATION = """
SELECT
    begun.message_id,
    begun.application_id,
    begun.candidate_id,
    begun.kind = 'received' AS inbound,
    begun.position,
    begun.occurred_at,
    begun.send_at,
    begun.template_id,
    begun.in_reply_to,
    begun.automatic,
    begun.attachments,
    begun.truncated,
    CASE
        WHEN begun.kind = 'received' THEN 'received'
        WHEN fate.bounced THEN 'bounced'
        WHEN fate.cancelled THEN 'cancelled'
        WHEN fate.sent OR fate.answered THEN 'sent'
        ELSE 'waiting'
    END AS state,
    fate.sent_at,
    fate.code
FROM message_steps begun
CROSS JOIN LATERAL (
    SELECT
        bool_or(step.kind = 'bounced' AND step.permanent) AS bounced,
        bool_or(step.kind = 'sent') AS sent,
        bool_or(step.kind = 'received') AS answered,
        bool_or(step.kind = 'cancelled') AS cancelled,
        min(step.occurred_at) FILTER (WHERE step.kind = 'sent') AS sent_at,
        (array_agg(step.code ORDER BY step.position DESC) FILTER (WHERE step.kind = 'bounced'))[1]
            AS code
    FROM message_steps step
    WHERE step.application_id = begun.application_id
      AND (
        (step.message_id = begun.message_id AND step.kind <> 'received')
        OR (step.in_reply_to = begun.message_id AND step.kind = 'received')
      )
      AND step.position <= %(p)s
      AND step.occurred_at <= %(t)s
) AS fate
WHERE begun.application_id = %(application)s
  AND begun.kind IN ('requested', 'received')
  AND begun.position <= %(p)s
  AND begun.occurred_at <= %(t)s
  AND (%(cursor)s::uuid IS NULL OR begun.message_id > %(cursor)s)
ORDER BY begun.message_id
LIMIT %(limit)s
"""


class MessageRow(BaseModel):
    """One message, without its text."""

    message_id: UUID
    application_id: UUID
    candidate_id: UUID
    inbound: Annotated[bool, Field(description="Whether the candidate wrote it.")]
    position: Annotated[int, Field(description="The log position of its text.")]
    occurred_at: Annotated[datetime, Field(description="When it was written, or came.")]
    send_at: Annotated[
        datetime | None, Field(description="When it is to be sent; until then it can be cancelled.")
    ]
    sent_at: datetime | None
    state: MessageState
    code: Annotated[
        str | None,
        Field(description="Why it came back, as a status code (RFC 3463).", examples=["5.1.1"]),
    ]
    template_id: UUID | None
    in_reply_to: Annotated[UUID | None, Field(description="The message it answers.")]
    automatic: Annotated[
        bool | None, Field(description="Whether a program answered, such as out of office.")
    ]
    attachments: Annotated[int | None, Field(description="How many files came with it.")]
    truncated: Annotated[bool | None, Field(description="Whether it was too long to keep whole.")]


def messages(
    connection: Connection,
    asked: Asked,
    application_id: UUID,
    *,
    cursor: UUID | None = None,
    limit: int = 200,
) -> list[MessageRow]:
    """The messages of an application, in the order they were written."""
    with connection.cursor(row_factory=class_row(MessageRow)) as rows:
        parameters = {
            **asked.parameters,
            "application": application_id,
            "cursor": cursor,
            "limit": limit,
        }
        return rows.execute(OF_APPLICATION, parameters).fetchall()
