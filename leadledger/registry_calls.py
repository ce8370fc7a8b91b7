"""The part of the client that is about providers and workflows."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from leadledger.answers import Document
from leadledger.connection import Connection


class RegistryCalls:
    """Providers and workflows: what there is, documents of one's own, credentials, test calls."""

    _connection: Connection

    def providers(self) -> list[Document]:
        """Return the providers this client may use, and which are configured."""
        return list(self._connection.get("/providers")["providers"])

    def provider(self, name: str, *, version: int | None = None) -> Document:
        """Return one provider's document and configuration; secrets are never given back."""
        return dict(self._connection.get(f"/providers/{name}", {"version": version}))

    def provider_shape(self, name: str, *, sample: int | None = None) -> Document:
        """Return what stands where in the stored answers of a provider, after a look at `sample` of them."""
        return dict(self._connection.get(f"/providers/{name}/shape", {"sample": sample}))

    def configure_provider(
        self, name: str, *, variables: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None
    ) -> Document:
        """Put this configuration in the place of the provider's present one."""
        asked = {"variables": dict(variables or {}), "secrets": dict(secrets or {})}
        return dict(self._connection.exchange("PUT", f"/providers/{name}/configuration", json=asked).json())

    def put_provider(self, name: str, document: Mapping[str, Any]) -> Document:
        """Keep a document of your own for a provider as its next version; the same again is not kept twice."""
        return dict(self._connection.exchange("PUT", f"/providers/{name}", json=dict(document)).json())

    def provider_versions(self, name: str) -> list[Document]:
        """Return the versions of a provider's document, the one in force first."""
        return list(self._connection.get(f"/providers/{name}/versions")["versions"])

    def test_provider(
        self,
        name: str,
        given: Mapping[str, Any],
        *,
        results: Mapping[str, Any] | None = None,
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Document:
        """Ask a provider about one input, for real, which may be charged; return all that came of it."""
        asked = {"input": dict(given), "results": dict(results or {}), "version": version}
        headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
        return dict(
            self._connection.exchange(
                "POST", f"/providers/{name}/test", headers=headers, json=asked, timeout=660
            ).json()
        )

    def workflows(self) -> list[Document]:
        """Return the workflows that can be launched, with their steps."""
        return list(self._connection.get("/workflows")["workflows"])

    def workflow(self, name: str, *, version: int | None = None) -> Document:
        """Return a workflow with its steps."""
        return dict(self._connection.get(f"/workflows/{name}", {"version": version}))

    def put_workflow(self, name: str, document: Mapping[str, Any]) -> Document:
        """Keep a workflow of your own as its next version; the same again is not kept twice."""
        return dict(self._connection.exchange("PUT", f"/workflows/{name}", json=dict(document)).json())
