from projections.engine import Projector
from projections.health import differences
from store.envelope import Attribution
from store.log import Log
from tests import examples


def test_a_hire_goes_its_whole_way(
    log: Log, projector: Projector, recruiter: Attribution
) -> None:
    requisition = examples.open_requisition()
    log.record(requisition, examples.hired(requisition), by=recruiter)
    while projector.step():
        pass
    assert differences(log.database, log.organisation) == []
