"""The choice: one lead per item out of what its sources say, field by field, as the policy wants it.

A lead's position is told by one voice: what belongs to it (`POSITION`) is taken from sources that tell of the same
employer as the one believed first, or of none. The title of one job and the site of another make no lead.
"""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

from collections.abc import Sequence
from dataclasses import dataclass

from services.projector.projection.source import Source, believed
from services.projector.rules import Policy
from services.projector.rules.fields import FIELDS, POSITION

NOWHERE = -1
"""The origin of a value that nobody tells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The SQL of a field's value and of the source_no it comes from.

    An origin equal to the number of sources: worked out, from the job held now or from another lead's answer.
    """

    field: str
    value: str
    origin: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    value: str
    origin: int
    holds: str | None = None

    def offered(self) -> str:
        return f"CASE WHEN {self.holds} THEN {self.value} END" if self.holds else self.value

    def named(self) -> str:
        holds = f" AND {self.holds}" if self.holds else ""
        return f"WHEN {self.value} IS NOT NULL{holds} THEN {self.origin}"


def choices(sources: Sequence[Source], policy: Policy) -> list[Choice]:
    """Return the choice of every field, over the tables that `joined` brings together."""
    chosen = [_choose(field, sources, policy) for field in FIELDS]
    email = Choice(field="email", value="address.email", origin=f"coalesce(address.source_no, {NOWHERE})")
    verdict = Choice(
        field="email_verdict",
        value="coalesce(address.known_verdict, 'none')",
        origin=f"coalesce(address.verdict_source_no, {NOWHERE})",
    )
    return [*chosen, email, verdict]


def anchor(sources: Sequence[Source], policy: Policy) -> str:
    """Return the SQL of the employer that is believed first."""
    keys = [f"{name_of(source)}.company_key" for source in believed(sources, policy.order_of("company_name"))]
    return f"coalesce({', '.join(keys)})"


def start_precision(sources: Sequence[Source], policy: Policy) -> str:
    """Return the SQL of how exactly the chosen start of the current job is known, 1 to 3."""
    field = "current_job_started_on"
    told = [
        f"WHEN {value} IS NOT NULL AND {_same_employer(source, sources, policy)} THEN {value}_precision"
        for source in believed(sources, policy.order_of(field))
        if field in source.reading.fields
        for value in [f"{name_of(source)}.{field}"]
    ]
    return f"CASE WHEN {job('start_date')} IS NOT NULL THEN {job('start_precision')} {' '.join(told)} END"


def joined(sources: Sequence[Source], policy: Policy) -> str:
    """Return FROM of a choice: the items with each source's row, the job held now, the address, the matches."""
    rows = "\n        ".join(_row_of(source) for source in sources)
    employer = anchor(sources, policy)
    return f"""FROM batch_items AS item
        {rows}
        LEFT JOIN current_jobs AS held ON held.batch_item_id = item.batch_item_id AND held.company_key = {employer}
        LEFT JOIN current_jobs AS latest ON latest.batch_item_id = item.batch_item_id AND latest.is_latest
            AND (latest.is_only OR {employer} IS NULL)
        LEFT JOIN addresses AS address ON address.batch_item_id = item.batch_item_id AND address.email_no = 1
        LEFT JOIN at_customer ON at_customer.batch_item_id = item.batch_item_id"""


def job(column: str) -> str:
    """Return the SQL of a column of the job held now: the one at the lead's employer, else the only one."""
    return f"CASE WHEN held.batch_item_id IS NOT NULL THEN held.{column} ELSE latest.{column} END"


def name_of(source: Source) -> str:
    """Return the alias of a source's row."""
    return f"source_{source.source_no}"


def _row_of(source: Source) -> str:
    return f"""LEFT JOIN (
            SELECT answer.*, known_companies.company_key, known_companies.site,
                known_companies.company_domain AS known_domain,
                'https://www.linkedin.com/company/' || known_companies.page AS company_url
            FROM read_answers AS answer
            LEFT JOIN known_companies ON known_companies.company_name = coalesce(answer.company_name, '')
                AND known_companies.company_website = coalesce(answer.company_domain, '')
                AND known_companies.company_page = coalesce(answer.company_linkedin_url, '')
            WHERE answer.source_no = {source.source_no}
        ) AS {name_of(source)} ON {name_of(source)}.batch_item_id = item.batch_item_id"""


# Of these the row holds what was told; the value was worked out of it for each distinct company.
_COMPANY_COLUMNS = {"company_domain": "site", "company_linkedin_url": "company_url"}


def _choose(field: str, sources: Sequence[Source], policy: Policy) -> Choice:
    candidates = [
        _Candidate(
            value=f"{name_of(source)}.{_COMPANY_COLUMNS.get(field, field)}",
            origin=source.source_no,
            holds=_same_employer(source, sources, policy) if field in POSITION else None,
        )
        for source in believed(sources, policy.order_of(field))
        if field in source.reading.fields
    ]
    candidates = _with_worked_out(field, candidates, sources, policy)
    return Choice(
        field=field,
        value=f"coalesce({', '.join(candidate.offered() for candidate in candidates)}, NULL)",
        origin=f"CASE {' '.join(candidate.named() for candidate in candidates)} ELSE {NOWHERE} END",
    )


def _with_worked_out(
    field: str, candidates: list[_Candidate], sources: Sequence[Source], policy: Policy
) -> list[_Candidate]:
    """Add what no source says itself: the history knows best when a job began, and helps out with the rest."""
    worked_out = len(sources)
    match field:
        case "current_job_started_on":
            return [_Candidate(value=job("start_date"), origin=worked_out), *candidates]
        case "title" | "company_name":
            return [*candidates, _Candidate(value=job(field), origin=worked_out)]
        case "company_domain":
            known = [
                _Candidate(
                    value=f"{name_of(source)}.known_domain",
                    origin=worked_out,
                    holds=_same_employer(source, sources, policy),
                )
                for source in believed(sources, policy.order_of(field))
            ]
            return [*candidates, *known, _Candidate(value=job("company_domain"), origin=worked_out)]
        case "company_linkedin_url":
            page = f"'https://www.linkedin.com/company/' || ({job('company_linkedin')})"
            return [*candidates, _Candidate(value=page, origin=worked_out)]
        case _:
            return candidates


def _same_employer(source: Source, sources: Sequence[Source], policy: Policy) -> str:
    return f"({name_of(source)}.company_key = {anchor(sources, policy)}) IS NOT FALSE"
