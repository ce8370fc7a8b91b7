"""A client's list of customer companies, as it comes in JSON or CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from services.projector.company_names import normalise_name
from services.projector.company_sites import domain_of, page_of
from shared.errors import BadInput

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "name": (
        *("name", "company", "company name", "customer", "customer name", "customer company", "account"),
        *("account name", "organization", "organization name", "organisation", "client", "client name"),
    ),
    "domain": (
        *("domain", "company domain", "company domain name", "customer domain", "website domain"),
        *("website", "company website", "website url", "company url", "url", "homepage", "web site"),
    ),
    "linkedin": (
        *("linkedin", "linkedin url", "company linkedin", "company linkedin url", "linkedin company url"),
        *("linkedin page", "company linkedin page", "customer linkedin"),
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A customer company: the name as given, the registrable domain, the last part of its LinkedIn page."""

    customer_id: UUID
    name: str
    name_key: str
    other_keys: tuple[str, ...]
    domain: str | None
    linkedin: str | None


def customers_of(client_id: UUID, rows: Sequence[Mapping[str, str | None]]) -> list[Customer]:
    """Return the customers that rows with `name`, `domain` and `linkedin` tell of, each once.

    One without a name goes by its domain or page; a row with nothing in it is left out. The same customer has the
    same id each time.
    """
    found = (_customer(client_id, row) for row in rows)
    return list({customer.customer_id: customer for customer in found if customer is not None}.values())


def _customer(client_id: UUID, row: Mapping[str, str | None]) -> Customer | None:
    domain, linkedin = domain_of(row.get("domain") or ""), page_of(row.get("linkedin") or "")
    name = (row.get("name") or "").strip()[:300] or domain or linkedin
    if not name:
        return None
    normalised = normalise_name(name)
    return Customer(
        customer_id=uuid5(NAMESPACE_URL, f"{client_id}\n{name}\n{domain or ''}\n{linkedin or ''}"),
        name=name,
        name_key=normalised.key,
        other_keys=normalised.others,
        domain=domain,
        linkedin=linkedin,
    )


def read_customers_csv(body: bytes) -> list[dict[str, str | None]]:
    """Return the rows of a CSV file with columns for name, domain and LinkedIn; raises BadInput if it has none."""
    text = _decoded(body)
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t|", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        records = list(reader)
    except csv.Error as error:
        raise BadInput(f"The file can't be read as CSV: {error}, near line {reader.line_num}.") from error
    columns = _columns(records[0] if records else [])
    return [
        {field: record[column] if column < len(record) else None for field, column in columns.items()}
        for record in records[1:]
    ]


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [" ".join(name.replace("_", " ").lower().split()) for name in header]
    columns = {
        field: names.index(found)
        for field, aliases in _ALIASES.items()
        if (found := next((alias for alias in aliases if alias in names), None)) is not None
    }
    if not columns:
        raise BadInput("No column of the file is known; name them: name, domain, linkedin.")
    return columns
