"""What every service reads from its environment: where it listens, whom it trusts, how much it logs."""

from pydantic_settings import BaseSettings


class ServiceSettings(BaseSettings):
    """Each service adds what is its own, and the prefix of its variables.

    `jwks` is the path or the URL of the key set of the token issuer; `issuer` and `audience` are what tokens must say.
    """

    host: str = "127.0.0.1"
    jwks: str = "var/keys/jwks.json"
    issuer: str = "demerit-local"
    audience: str = "demerit"
    log_level: str = "INFO"
