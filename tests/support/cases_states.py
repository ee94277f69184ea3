"""A case in every state, by the usual story."""

from collections.abc import Mapping
from typing import Final

from services.cases.domain.matters import Related
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    SEVERE,
    UPHELD,
    appeal,
    contest,
    erase,
    propose_revocation,
    regrade,
    reject,
    reverse,
    revoke,
    send_back,
    stay,
)
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import (
    CALLS,
    INSULTS,
    MAIL,
    dismiss,
    file,
    merge,
    override,
    propose,
    refuse,
    submit,
    uphold,
    withdraw,
)

OTHER: Final = Related("case-2", file().incidents, undecided=True)
"""Another case of the same matter, with the same incidents, that gives no penalty."""

CONTESTED: Final = given(*DISMISSED, contest(), world=CONTESTABLE)
STATES: Final[Mapping[str, Given]] = {
    "unfiled": given(),
    "filed": given(file()),
    "heard": given(*CALLS, submit("e-late", at=60)),
    "severe_proposed": given(*MAIL, propose()),
    "override_proposed": given(*INSULTS, override()),
    "upheld": given(*CALLS, uphold()),
    "notified": given(*UPHELD),
    "revocation_proposed": given(*UPHELD, propose_revocation()),
    "dismissed": given(file(), dismiss(), world=CONTESTABLE),
    "appealed": given(*UPHELD, appeal()),
    "stayed": given(*UPHELD, appeal(), stay()),
    "returned": given(*UPHELD, appeal(), send_back()),
    "contested": CONTESTED,
    "contest_returned": CONTESTED.and_(send_back()),
    "upheld_final": given(*UPHELD, appeal(), reject()),
    "dismissed_final": CONTESTED.and_(reject()),
    "regraded": given(*SEVERE, appeal(), regrade()),
    "reversed": given(*UPHELD, appeal(), reverse()),
    "revoked": given(*CALLS, uphold(), propose_revocation(), revoke()),
    "withdrawn": given(file(), withdraw()),
    "merged": given(file()).among(OTHER).and_(merge()),
    "refused": given(file(), refuse()),
    "erased": given(*UPHELD, erase()),
    "erased_withdrawn": given(file(), withdraw(), erase()),
}
