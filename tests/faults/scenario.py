"""What a fault test does: upload people, launch a batch, wait until its leads are there."""

import asyncio
import csv
import io
import uuid
from uuid import UUID

import asyncpg
import httpx

from shared.auth import Scope, create_key
from tests.faults.system import System, wait_until

HEADER = ["First Name", "Last Name", "Title", "Company Name", "Email", "Person Linkedin Url", "Website"]
PEOPLE = 60
LATER_AND_FUNCTION = {
    "function": ("url", "function", ["token"]),
    "modal-function": ("url", "modal/function", ["modal_key", "modal_secret"]),
    "clay-table": ("webhook_url", "clay/webhook", ["auth_token"]),
    "fullenrich-bulk": ("base_url", "fullenrich", ["api_key"]),
}


def people(mark: str, count: int = PEOPLE, companies: int | None = None) -> bytes:
    """Return a CSV of invented people whom no other test asks about; with `companies`, so many employ all of them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for number in range(count):
        name = f"Last{mark}{number}"
        company = f"company{number}" if companies is None else f"company{number % companies}-{mark}"
        writer.writerow(
            [
                f"First{number}",
                name,
                "Head of Tests",
                company.title(),
                f"{name.lower()}@{company}.example.com",
                f"http://www.linkedin.com/in/invented-{mark}-{number}",
                f"http://www.{company}.example.com",
            ]
        )
    return text.getvalue().encode()


class Scenario:
    """One client's work on the running system."""

    def __init__(self, system: System, key: str) -> None:
        self.system = system
        self.mark = uuid.uuid4().hex[:8]
        self._headers = {"Authorization": f"Bearer {key}"}

    def configure(self) -> None:
        """Point the providers to the sandbox."""
        sandbox = self.system.url("sandbox")
        prefixes = {"apollo-bulk-match": "apollo", "pdl-bulk": "pdl", "pdl-enrich": "pdl"}
        for name, prefix in {**prefixes, "apollo-organization-enrich": "apollo"}.items():
            given = {"variables": {"base_url": f"{sandbox}/{prefix}"}, "secrets": {"api_key": "good"}}
            self.request("executor", "PUT", f"/providers/{name}/configuration", json=given).raise_for_status()
        for name, (variable, path, secrets) in LATER_AND_FUNCTION.items():
            given = {"variables": {variable: f"{sandbox}/{path}"}, "secrets": dict.fromkeys(secrets, "good")}
            self.request("executor", "PUT", f"/providers/{name}/configuration", json=given).raise_for_status()

    def request(self, service: str, method: str, path: str, **parts: object) -> httpx.Response:
        """Send one request to a service."""
        headers = self._headers | dict(parts.pop("headers", {}))  # type: ignore[call-overload]
        return httpx.request(method, self.system.url(service) + path, headers=headers, timeout=30, **parts)  # type: ignore[arg-type]

    def persist(self, service: str, method: str, path: str, **parts: object) -> dict[str, object]:
        """Send a request with an Idempotency-Key again and again until the service answers, as a client should."""
        answer: list[httpx.Response] = []
        parts["headers"] = {"Idempotency-Key": f"{self.mark} {path}"}

        def answered() -> bool:
            try:
                response = self.request(service, method, path, **dict(parts))
            except httpx.TransportError:
                return False
            if response.status_code >= 500:
                return False
            answer.append(response)
            return True

        wait_until(answered, what=f"{method} {path} to be answered")
        assert answer[0].is_success, answer[0].text
        body: dict[str, object] = answer[0].json()
        return body

    def upload(self, *, companies: int | None = None) -> str:
        """Upload the people, who work at so many companies or each at another; return the upload's id."""
        query = f"/uploads?source=apollo&filename={self.mark}.csv"
        return str(self.persist("ingest", "POST", query, content=people(self.mark, companies=companies))["upload_id"])

    def launch(self, upload_id: str, workflow: str = "apollo-default") -> UUID:
        """Launch a batch of all of them; return its id."""
        asked = {"upload_id": upload_id, "workflow": workflow}
        return UUID(str(self.persist("ingest", "POST", "/batches", json=asked)["batch_id"]))

    def wait_for_leads(self, batch_id: UUID) -> None:
        """Return when the batch is completed and projected, every event is published, and all is quiet."""
        done = """
            SELECT FROM execution.batch_runs JOIN projection.projections USING (client_id, batch_id, completion)
            WHERE batch_id = %s AND batch_runs.state = 'completed'
        """
        wait_until(lambda: self.system.sql(done, batch_id), what="the batch to be completed and projected", within=60)
        pending = "SELECT FROM shared.outbox_pending"
        wait_until(lambda: not self.system.sql(pending), what="the outbox to be empty", within=40)


def new_client(system: System, name: str) -> str:
    """Make a client with a key of every scope; return the key."""

    async def make() -> str:
        owner = await asyncpg.connect(system.postgres.url)
        try:
            return await create_key(owner, client=name, name="faults", scopes=frozenset({Scope.ADMIN}))
        finally:
            await owner.close()

    return asyncio.run(make())


def client_of(system: System, batch_id: UUID) -> UUID:
    """Return whose batch it is."""
    ((client_id,),) = system.sql("SELECT client_id FROM ingest.batches WHERE batch_id = %s", batch_id)
    return UUID(str(client_id))
