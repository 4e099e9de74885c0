"""What people said when asked how it was: the rows behind candidate satisfaction."""

from projections.read_model import ReadModel

ANSWERS = """
INSERT INTO survey_answers (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    moment,
    score
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    data ->> 'moment',
    (data ->> 'score')::int
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'survey.answered'
"""

READ_MODEL = ReadModel(
    name="surveys",
    version=1,
    tables=("survey_answers",),
    statements=(ANSWERS,),
)
