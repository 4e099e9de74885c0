"""Metrics as tests ask them."""

from datetime import datetime
from typing import Any

from projections.asked import Asked
from projections.metrics.answer import chosen_policy, measure
from projections.metrics.metric import Metric
from projections.metrics.question import Question
from store.database import Connection


def measured(
    connection: Connection,
    asked: Asked,
    metric: Metric,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    policy: str | None = None,
    **more: Any,
) -> Any:
    """A metric's answer over [since, until)."""
    question = Question(since, until, **more)
    chosen = chosen_policy(connection, asked, metric, policy, question)
    return measure(connection, asked, metric, chosen, question)
