"""The client's customer companies."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from services.projector import schemas
from services.projector.customer_list import read_customers_csv
from services.projector.replace_customers import replace_customers
from services.projector.store.customers import list_customers
from shared.auth import CustomerKeeper, Reader
from shared.errors import BadInput, TooLarge

router = APIRouter(tags=["customers"])

_MOST_BYTES = 50 * 1024**2

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["customers"],
                    "properties": {"customers": {"type": "array", "items": schemas.CustomerInput.model_json_schema()}},
                },
                "example": {"customers": [{"name": "Stripe", "domain": "stripe.com", "linkedin": None}]},
            },
            "text/csv": {"schema": {"type": "string"}, "example": "name,domain,linkedin\nStripe,stripe.com,\n"},
        },
    }
}


@router.put("/customers", summary="Replace the customers", openapi_extra=_BODY)
async def replace(request: Request, caller: CustomerKeeper) -> schemas.CustomersReplaced:
    """Store a new list in the place of the old, and find out anew who worked at a customer.

    As JSON, or as a CSV file with columns for name, domain (or website) and LinkedIn page.
    """
    body = await _body(request)
    is_csv = request.headers.get("content-type", "").partition(";")[0].strip() == "text/csv"
    rows = read_customers_csv(body) if is_csv else _rows(body)
    return schemas.CustomersReplaced(**await replace_customers(request.app.state.postgres, caller.client_id, rows))


@router.get("/customers", summary="List the customers")
async def customers(
    request: Request,
    caller: Reader,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> schemas.CustomerPage:
    """Return the customers in the order of the list."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        rows = await list_customers(connection, caller.client_id, after=after, limit=limit + 1)
    listed = [schemas.Customer(**row) for row in rows[:limit]]
    return schemas.CustomerPage(customers=listed, next=listed[-1].customer_no if len(rows) > limit else None)


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MOST_BYTES:
            raise TooLarge(f"A list of customers may have {_MOST_BYTES // 1024**2} MB; send fewer columns or rows.")
        parts.append(part)
    return b"".join(parts)


def _rows(body: bytes) -> list[dict[str, Any]]:
    try:
        given = schemas.CustomersInput.model_validate_json(body)
    except ValidationError as error:
        listed = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:10])
        raise BadInput(f'Send {{"customers": [{{"name", "domain", "linkedin"}}]}} or text/csv. {listed}') from error
    return [customer.model_dump() for customer in given.customers]
