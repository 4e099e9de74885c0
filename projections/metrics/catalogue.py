"""Every metric there is, by name."""

from projections.metrics.engagement import ENGAGEMENT
from projections.metrics.metric import Metric
from projections.metrics.stage_conversion import FUNNEL
from projections.metrics.time_in_stage import TIME_IN_STAGE
from projections.metrics.time_to_hire import TIME_TO_HIRE

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        TIME_TO_HIRE,
        TIME_IN_STAGE,
        FUNNEL,
        ENGAGEMENT,
    )
}
