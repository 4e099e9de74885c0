"""Message templates in their latest words."""

from typing import Annotated
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

WORDS = """
INSERT INTO message_template_words (
    position,
    occurred_at,
    template_id,
    title,
    subject,
    body
)
SELECT
    position,
    occurred_at,
    stream_id,
    data ->> 'title',
    data ->> 'subject',
    data ->> 'body'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'message_template.created',
    'message_template.revised',
    'message_template.archived'
  )
"""

READ_MODEL = ReadModel(
    name="message_templates",
    version=1,
    tables=("message_template_words",),
    statements=(WORDS,),
    told_anew=False,
)

READS = (READ_MODEL,)

# The last row of an archived template has no words.
IN_USE = """
SELECT
    template_id,
    title,
    subject,
    body
FROM (
    SELECT DISTINCT ON (template_id)
        template_id,
        title,
        subject,
        body
    FROM message_template_words
    WHERE position <= %(p)s
      AND occurred_at <= %(t)s
    ORDER BY template_id, occurred_at DESC, position DESC
) AS latest
WHERE title IS NOT NULL
  AND (%(cursor)s::uuid IS NULL OR template_id > %(cursor)s)
ORDER BY template_id
LIMIT %(limit)s
"""


class TemplateRow(BaseModel):
    """One template."""

    template_id: UUID
    title: Annotated[str, Field(examples=["Invitation to an interview"])]
    subject: Annotated[str, Field(examples=["Your application as {{ job_title }}"])]
    body: Annotated[str, Field(examples=["Dear {{ candidate_name }}, we would like to meet you."])]


def templates(
    connection: Connection, asked: Asked, *, cursor: UUID | None = None, limit: int = 100
) -> list[TemplateRow]:
    """The templates in use, in a stable order."""
    with connection.cursor(row_factory=class_row(TemplateRow)) as rows:
        parameters = {**asked.parameters, "cursor": cursor, "limit": limit}
        return rows.execute(IN_USE, parameters).fetchall()
