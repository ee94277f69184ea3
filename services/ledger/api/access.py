"""Who may read which account: readers of standings all of them, a seller its own."""

from typing import Annotated, Final

from fastapi import Depends, Path

from shared.kit.auth import require
from shared.kit.fields import Identifier
from shared.kit.identity import Principal
from shared.kit.problem import Problem

ANY: Final = "standing:read"
OWN: Final = "standing:read:self"


async def _readable(
    seller: Annotated[Identifier, Path(description="The seller account (卖家账号)", examples=["s-1"])],
    who: Annotated[Principal, Depends(require(ANY, OWN))],
) -> str:
    """Return the account of the path, which the caller may read.

    Raises:
        Problem: 403 `not_your_account`, whether or not anything is known of the account.
    """
    if ANY not in who.scopes and who.seller_id != seller:
        raise Problem(
            403, "not_your_account", "The token would have to speak for the seller account that is asked about."
        )
    return seller


ReadableSeller = Annotated[str, Depends(_readable)]
