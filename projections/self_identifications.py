"""What applicants say of themselves, as numbers of at least five people and never otherwise.

What was said is opened for the sum alone, on the record, and leaves this file only as a sum. So
that two reports do not tell by their difference what they hide, answers are counted in batches of
five, in the order they came: any two reports differ by five people or more.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from domain.event import Category
from domain.self_identification import UNANSWERED, VoluntaryForm, form_of
from projections import applications
from projections.asked import Asked
from projections.read_model import ReadModel
from store.access_log import Access
from store.database import Connection
from store.log import Log
from store.vault import CLOSED

PURPOSE = "self-identification report"
FEWEST = 5
"""People of whom a number may be told."""

ROWS = """
INSERT INTO self_identifications (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    form,
    form_version
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    data ->> 'form',
    data ->> 'form_version'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'candidate.self_identified'
"""

READ_MODEL = ReadModel(
    name="self_identifications",
    version=1,
    tables=("self_identifications",),
    statements=(ROWS,),
)

READS = (READ_MODEL, applications.READ_MODEL)

# For the requisition that was applied for, whatever the application was moved to since.
OF = """
SELECT
    said.position,
    said.form,
    said.form_version
FROM self_identifications said
CROSS JOIN LATERAL (
    SELECT requisition_id
    FROM application_assignments
    WHERE application_id = said.application_id
      AND superseded_at > %(p)s
      AND position <= %(p)s
    ORDER BY origin
    LIMIT 1
) AS applied_for
WHERE said.position <= %(p)s
  AND (%(requisition)s::uuid IS NULL OR applied_for.requisition_id = %(requisition)s)
  AND (%(year)s::int IS NULL OR extract(year FROM said.occurred_at AT TIME ZONE 'UTC') = %(year)s)
ORDER BY
    said.form,
    said.form_version,
    said.position
"""


class Cell(BaseModel):
    """How many chose one answer."""

    choice: Annotated[str, Field(description="The choice's id; unanswered if none was chosen.")]
    label: str
    count: Annotated[
        int | None,
        Field(description="Null where fewer than five chose it, or one could reckon that many."),
    ]


class QuestionCounts(BaseModel):
    """The answers to one question."""

    question: str
    label: str
    source: Annotated[str, Field(description="The rule that asks for it.")]
    cells: list[Cell]


class FormCounts(BaseModel):
    """The answers to one version of a form."""

    form: str
    form_version: str
    counted: Annotated[int, Field(description="People counted: a multiple of five.")]
    waiting: Annotated[
        int, Field(description="People who answered last, too few yet to be counted as five.")
    ]
    erased: Annotated[
        int,
        Field(description="People not counted: of a batch of five in which someone was erased."),
    ]
    questions: list[QuestionCounts]


def report(
    log: Log,
    connection: Connection,
    asked: Asked,
    access: Access,
    *,
    requisition_id: UUID | None = None,
    year: int | None = None,
) -> list[FormCounts]:
    """The answers for a requisition or all, in a year or always. Raises AccessNotRecorded."""
    parameters = {"p": asked.log_position, "requisition": requisition_id, "year": year}
    rows = connection.execute(OF, parameters).fetchall()
    said = _opened(log, connection, access, [row[0] for row in rows])
    return [
        _counts(form_of(*form), [said[position] for position, *_ in of_form])
        for form, of_form in groupby(rows, key=lambda row: (row[1], row[2]))
    ]


def _opened(
    log: Log, connection: Connection, access: Access, positions: Sequence[int]
) -> dict[int, dict[str, str] | None]:
    """What was answered, by position; None of who was erased."""
    facts = log.facts.at_positions(positions)
    opened = log.vault.open(connection, facts, [Category.EEO], access)
    return {
        fact.position or 0: _answers(fields) for fact, fields in zip(facts, opened, strict=True)
    }


def _answers(fields: Mapping[str, Any]) -> dict[str, str] | None:
    said = fields.get("answers")
    return None if said is None or said in CLOSED else dict(json.loads(said))


def _counts(form: VoluntaryForm, said: Sequence[dict[str, str] | None]) -> FormCounts:
    whole = len(said) - len(said) % FEWEST
    batches = [said[start : start + FEWEST] for start in range(0, whole, FEWEST)]
    counted = [one for batch in batches if None not in batch for one in batch if one is not None]
    return FormCounts(
        form=form.id,
        form_version=form.version,
        counted=len(counted),
        waiting=len(said) - whole,
        erased=whole - len(counted),
        questions=[
            QuestionCounts(
                question=question.id,
                label=question.label,
                source=question.source,
                cells=_cells(
                    {choice.id: choice.label for choice in question.choices},
                    Counter(one.get(question.id, UNANSWERED) for one in counted),
                ),
            )
            for question in form.questions
        ],
    )


def _cells(choices: Mapping[str, str], counts: Mapping[str, int]) -> list[Cell]:
    labels = {**choices, UNANSWERED: "Not answered"}
    told = suppressed({choice: counts.get(choice, 0) for choice in labels})
    return [Cell(choice=id, label=label, count=told[id]) for id, label in labels.items()]


def suppressed(counts: Mapping[str, int]) -> dict[str, int | None]:
    """The counts that may be told: the others could be fewer than five, or reckoned from the total.

    What is hidden is always two cells or more that hold five people or more together.
    """
    smallest = sorted(counts, key=lambda name: (counts[name], name))
    hidden = [name for name in smallest if counts[name] < FEWEST]
    for name in smallest[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(counts[one] for one in hidden) >= FEWEST):
            break
        hidden.append(name)
    return {name: None if name in hidden else count for name, count in counts.items()}
