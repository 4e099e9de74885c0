"""Whether the read models are right, and whether looking leaves them alone."""

from app import Hireledger
from projections.engine import Projector
from projections.health import differences
from projections.rebuild import Rebuild
from store.database import Database
from store.envelope import Attribution
from store.log import Log
from store.settings import Settings
from tests import examples


def catch_up(projector: Projector) -> None:
    while projector.step():
        pass


def test_looking_for_differences_leaves_the_read_models_alone(
    settings: Settings, hireledger: Hireledger, log: Log, recruiter: Attribution
) -> None:
    """A plan prepared for the real tables must not serve for the temporary ones."""
    log.record(examples.contacted(), by=recruiter)
    url = hireledger.database.admin_url
    one_connection = Database(settings.model_copy(update={"database_url": url}), pool_size=1)
    catch_up(Projector(one_connection, log.organisation))
    for _ in range(8):
        Rebuild(one_connection, log.organisation).run()
        assert differences(one_connection, log.organisation) == []
    one_connection.close()


def test_a_missing_row_is_a_difference(
    log: Log, projector: Projector, recruiter: Attribution
) -> None:
    log.record(examples.rejected_after_interview(), by=recruiter)
    catch_up(projector)
    with log.database.transaction(log.organisation) as connection:
        connection.execute("DELETE FROM application_steps WHERE milestone = 'rejected'")
    assert differences(log.database, log.organisation) == [
        "read model applications: application_steps has 0 rows it should not have and lacks 1"
    ]


def test_a_changed_row_is_a_difference(
    log: Log, projector: Projector, recruiter: Attribution
) -> None:
    log.record(examples.pool_member(), by=recruiter)
    catch_up(projector)
    with log.database.transaction(log.organisation) as connection:
        connection.execute("UPDATE pool_memberships SET is_member = false")
    assert differences(log.database, log.organisation) == [
        "read model talent_pool: pool_memberships has 1 rows it should not have and lacks 1"
    ]


def test_a_read_model_never_computed_is_a_difference(log: Log) -> None:
    found = differences(log.database, log.organisation)
    assert "read model applications: was never computed" in found
