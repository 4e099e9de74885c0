"""Every metric there is, by name."""

from projections.metrics.candidate_satisfaction import CANDIDATE_SATISFACTION
from projections.metrics.cost_per_hire import COST_PER_HIRE
from projections.metrics.days_to_offer import DAYS_TO_OFFER
from projections.metrics.engagement import ENGAGEMENT
from projections.metrics.engagement_score import ENGAGEMENT_SCORE
from projections.metrics.metric import Metric
from projections.metrics.offer_acceptance import OFFER_ACCEPTANCE
from projections.metrics.pipeline_growth import PIPELINE_GROWTH
from projections.metrics.quality_of_hire import QUALITY_OF_HIRE
from projections.metrics.reengagement_yield import REENGAGEMENT_YIELD
from projections.metrics.requisition_ageing import REQUISITION_AGEING
from projections.metrics.scorecard_turnaround import SCORECARD_TURNAROUND
from projections.metrics.source_effectiveness import SOURCE_EFFECTIVENESS
from projections.metrics.stage_conversion import FUNNEL
from projections.metrics.time_in_stage import TIME_IN_STAGE
from projections.metrics.time_to_fill import TIME_TO_FILL
from projections.metrics.time_to_first_review import TIME_TO_FIRST_REVIEW
from projections.metrics.time_to_hire import TIME_TO_HIRE

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        TIME_TO_HIRE,
        TIME_TO_FILL,
        TIME_IN_STAGE,
        FUNNEL,
        OFFER_ACCEPTANCE,
        COST_PER_HIRE,
        QUALITY_OF_HIRE,
        SOURCE_EFFECTIVENESS,
        REQUISITION_AGEING,
        DAYS_TO_OFFER,
        TIME_TO_FIRST_REVIEW,
        SCORECARD_TURNAROUND,
        PIPELINE_GROWTH,
        ENGAGEMENT,
        ENGAGEMENT_SCORE,
        REENGAGEMENT_YIELD,
        CANDIDATE_SATISFACTION,
    )
}

BY_ANY_NAME: dict[str, Metric] = {
    name: metric for metric in METRICS.values() for name in (metric.name, *metric.also)
}
