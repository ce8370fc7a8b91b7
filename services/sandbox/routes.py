"""The sandbox's own calls: the rules of faults and the ledger."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.sandbox.door import Books
from services.sandbox.rules import Rule


def control_routes(books: Books) -> APIRouter:
    """Make the calls by which a test steers the sandbox and reads its ledger."""
    router = APIRouter()
    router.include_router(_fault_routes(books))
    router.include_router(_ledger_routes(books))

    @router.get("/health")
    async def health() -> dict[str, bool]:
        return {"ok": True}

    return router


def _fault_routes(books: Books) -> APIRouter:
    router = APIRouter()

    @router.get("/faults")
    async def faults() -> list[dict[str, object]]:
        return books.faults.told()

    @router.put("/faults")
    async def set_faults(rules: list[Rule]) -> list[dict[str, object]]:
        books.faults.replace(rules)
        books.rates.clear()
        return books.faults.told()

    @router.delete("/faults", status_code=204)
    async def clear_faults() -> None:
        books.faults.replace(())
        books.rates.clear()

    return router


def _ledger_routes(books: Books) -> APIRouter:
    router = APIRouter()

    @router.get("/ledger")
    async def ledger(
        provider: str | None = None,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    ) -> dict[str, object]:
        return books.ledger.page(provider=provider, after=after, limit=limit)

    @router.get("/ledger/summary")
    async def summary() -> dict[str, object]:
        return books.ledger.summary()

    @router.get("/works")
    async def works() -> list[dict[str, object]]:
        return books.works.told()

    @router.delete("/ledger", status_code=204)
    async def clear_ledger() -> None:
        books.ledger.clear()

    return router
