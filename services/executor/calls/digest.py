"""The digest of a question about one subject: the same digest, the same question, whoever asks it and when."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.executor.calls.body import dump_json
from services.executor.calls.question import Seen, fill
from services.executor.compiled import CompiledProvider


def question_digest(provider: CompiledProvider, variables: Mapping[str, str], seen: Seen, item: Any) -> UUID:
    """Return 128 bits of the SHA-256 over the address, how the request is made of the mapped item, and the item.

    The reference that an answer echoes is left out: it is another one in each batch.
    """
    request = provider.document.request
    asked = [provider.document.name, request.method, fill(request.url, variables), request.query, request.body, item]
    told = dump_json(asked).replace(str(seen.subject_id).encode(), b"")
    return UUID(bytes=hashlib.sha256(told).digest()[:16])
