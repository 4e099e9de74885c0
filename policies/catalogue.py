"""Every policy there is. A new one begins at the log's end, with a row of its own migration."""

from policies.asking_candidates import AskCandidates
from policies.asking_consent import AskForConsent, RenewConsents
from policies.asking_managers import AskManagers
from policies.asking_members import AskToApprove, AskToReview
from policies.bulk_actions import CarryOutBulkActions
from policies.confirming_deliveries import ConfirmDeliveries
from policies.enrolling import EnrolAudiences
from policies.expiring_offers import ExpireOffers
from policies.inviting import SendInvitations
from policies.keeping_pools import KeepPools
from policies.nurturing import Nurture
from policies.policy import Policy
from policies.reading import ReadDocuments
from policies.reminding import RemindInterviewers
from policies.sending import SendMessages
from policies.upkeep import RebuildReadModels, VerifyLedger

POLICIES: tuple[type[Policy], ...] = (
    SendMessages,
    ExpireOffers,
    RemindInterviewers,
    SendInvitations,
    ReadDocuments,
    CarryOutBulkActions,
    RenewConsents,
    AskForConsent,
    EnrolAudiences,
    Nurture,
    ConfirmDeliveries,
    KeepPools,
    AskCandidates,
    AskManagers,
    RebuildReadModels,
    VerifyLedger,
    AskToReview,
    AskToApprove,
)
