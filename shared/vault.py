"""Secrets at rest: encrypted with keys that can be rotated."""

from collections.abc import Mapping

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from shared.errors import Unavailable


class Vault:
    """Encrypts secrets at rest: with the first of the Fernet keys, decrypting with any of them."""

    def __init__(self, secret_key: SecretStr | None) -> None:
        keys = secret_key.get_secret_value().split(",") if secret_key is not None else []
        self._fernet = MultiFernet([Fernet(key.strip()) for key in keys]) if keys else None

    def lock(self, secrets: Mapping[str, str]) -> bytes:
        """Return the secrets encrypted; raises Unavailable without a key."""
        if self._fernet is None:
            raise Unavailable("Set LEADLEDGER_SECRET_KEY (a Fernet key) before storing credentials.")
        return self._fernet.encrypt(orjson.dumps(dict(secrets)))

    def unlock(self, locked: bytes) -> dict[str, str]:
        """Return the secrets; raises Unavailable if no key fits."""
        if self._fernet is None:
            raise Unavailable("Set LEADLEDGER_SECRET_KEY: credentials are stored, but can't be read without it.")
        try:
            secrets: dict[str, str] = orjson.loads(self._fernet.decrypt(locked))
        except InvalidToken as error:
            raise Unavailable(
                "No key in LEADLEDGER_SECRET_KEY fits the stored credentials; add the former one."
            ) from error
        return secrets
