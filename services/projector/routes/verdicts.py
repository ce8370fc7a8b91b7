"""Matches between companies and customers, and what the client decides about them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.projector import verdict_schemas as schemas
from services.projector.decide_match import decide_match, require_customer
from services.projector.store.verdicts import companies_of, similar_companies
from shared.auth import CustomerKeeper, Reader

router = APIRouter(tags=["customers"])

_MOST_SIMILAR = 200


@router.get("/customers/{customer_id}/companies", summary="Which companies count as a customer")
async def companies(
    customer_id: UUID,
    request: Request,
    caller: Reader,
    similar: Annotated[bool, Query(description="List companies whose names begin alike as well")] = False,
) -> schemas.MatchedCompanies:
    """Return the companies of your leads' jobs that match the customer, by which evidence, and your verdicts."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        await require_customer(connection, caller.client_id, customer_id)
        matched = await companies_of(connection, caller.client_id, customer_id)
        alike = (
            await similar_companies(connection, caller.client_id, customer_id, limit=_MOST_SIMILAR) if similar else []
        )
    return schemas.MatchedCompanies(
        companies=[schemas.MatchedCompany(**row) for row in matched],
        similar=[schemas.SimilarCompany(**row) for row in alike],
    )


@router.put("/customers/{customer_id}/verdicts", summary="Confirm or reject a match")
async def decide(
    customer_id: UUID, request: Request, caller: CustomerKeeper, decision: schemas.Decision
) -> schemas.Decided:
    """Say whether a company is this customer. It holds through rebuilds and new lists until it is withdrawn."""
    decided = await decide_match(
        request.app.state.postgres, caller, customer_id, company_key=decision.company_key, verdict=decision.verdict
    )
    return schemas.Decided.model_validate(decided)
