"""Plan templates: the interview plans that requisitions copy."""

from datetime import datetime
from typing import Annotated

from psycopg.rows import class_row
from pydantic import BaseModel, Field

from domain.plan import Stage
from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

TEMPLATES = """
INSERT INTO plan_templates (
    position,
    origin,
    superseded_at,
    occurred_at,
    template,
    title,
    plan
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    data ->> 'template',
    data ->> 'title',
    data -> 'plan' -> 'stages'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN ('organisation.plan_template_saved', 'organisation.plan_template_retired')
"""

READ_MODEL = ReadModel(
    name="plan_templates",
    version=1,
    tables=("plan_templates",),
    statements=(TEMPLATES,),
)

READS = (READ_MODEL,)

LIST = """
SELECT
    template,
    title,
    plan AS stages,
    occurred_at AS since
FROM (
    SELECT DISTINCT ON (template)
        template,
        title,
        plan,
        occurred_at
    FROM plan_templates
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY template, occurred_at DESC, origin DESC
) AS latest
WHERE plan IS NOT NULL
ORDER BY template
"""


class TemplateRow(BaseModel):
    """A plan to copy."""

    template: Annotated[str, Field(description="Its code.", examples=["engineering"])]
    title: str
    stages: Annotated[list[Stage], Field(description="The stages, in order.")]
    since: Annotated[datetime, Field(description="When it was last saved.")]


def plan_templates(connection: Connection, asked: Asked) -> list[TemplateRow]:
    """The templates in use, by code."""
    with connection.cursor(row_factory=class_row(TemplateRow)) as rows:
        return rows.execute(LIST, asked.parameters).fetchall()
