"""Small histories, and what metrics answer about them."""

from datetime import datetime
from typing import Any

from domain.aggregate import Aggregate
from projections.asked import resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.metrics.metric import Metric
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from tests.measured import measured


def happened(log: Log, *changed: Aggregate) -> None:
    """Records what happened to these, and lets the read models take it in."""
    log.record(*changed, by=Attribution("person", new_id(), "recruiter", "api"))
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass


def answer(log: Log, metric: Metric, *, as_of: datetime | None = None, **asks: Any) -> Any:
    """A metric's answer, as known now."""
    with log.database.transaction(log.organisation) as connection:
        return measured(connection, resolve(connection, READ_MODELS, as_of=as_of), metric, **asks)
