"""Print a token of the local issuer: `python -m tools.mint --role officer --sub o-1`."""

from pathlib import Path
from typing import Annotated

import typer

from shared.kit.identity import ROLES
from shared.kit.localkeys import DAY_S, ensure_keys, mint


def token(
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(ROLES)}")],
    sub: Annotated[str, typer.Option(help="Opaque name of the caller; it enters events")],
    seller: Annotated[str | None, typer.Option(help="Seller account that a seller is bound to")] = None,
    complainant: Annotated[str | None, typer.Option(help="Buyer that a complainant is bound to")] = None,
    ttl: Annotated[int, typer.Option(help="Seconds until it expires", min=1)] = DAY_S,
    keys: Annotated[Path, typer.Option(help="Folder of the local key; made where missing")] = Path("var/keys"),
) -> None:
    """Mint a token for a role and write it to standard output, alone on its line."""
    bound = {"seller": seller, "complainant": complainant}
    if role in bound and bound[role] is None:
        raise typer.BadParameter(f"the role {role} is bound to a {role}: --{role} ID, or {role.upper()}=ID with make")
    ensure_keys(keys)
    try:
        minted = mint(keys, role, sub, seller=seller, complainant=complainant, ttl_s=ttl)
    except ValueError as refused:
        raise typer.BadParameter(str(refused)) from None
    typer.echo(minted)


if __name__ == "__main__":
    typer.run(token)
