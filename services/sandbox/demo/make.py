"""Write the demo's two CSV files anew, byte for byte the same: `python -m services.sandbox.demo.make`."""

from collections.abc import Iterator
from pathlib import Path

from services.sandbox.companies import Company, catalogue
from services.sandbox.demo.apollo_row import cells
from services.sandbox.dice import Dice
from services.sandbox.people import Person, person_for
from services.sandbox.question import question
from services.sandbox.words import words

HERE = Path(__file__).parent
PEOPLE = 300
SEED = 1
"""The sandbox's own usual seed: its providers tell the employers that the export tells."""

_QUOTED_BLANKS = {
    "Email Confidence",
    "Corporate Phone",
    "Last Contacted",
    "Company Phone",
    "Total Funding",
    "Latest Funding Amount",
    "Facebook Url",
    "Secondary Email Source",
    "Secondary Email Verification Source",
    "Tertiary Email Source",
    "Tertiary Email Verification Source",
}


def apollo_export() -> bytes:
    """Write the export as Apollo does: LF, no BOM, quotes only where needed, and around the blanks of some columns."""
    header = (HERE / "apollo_header.csv").read_text(encoding="utf-8").strip().split(",")
    lines = [",".join(header)]
    for person in people():
        row = cells(person)
        lines.append(",".join(_cell(name, row.get(name, "")) for name in header))
    return ("\n".join(lines) + "\n").encode()


def customers() -> bytes:
    """Write the customers: the catalogue's rarer companies, each known a little differently than jobs tell it."""
    rare = [company for company in catalogue() if company.weight == 1]
    lines = [",".join(_cell("", value) for value in _known_as(number, one)) for number, one in enumerate(rare)]
    return ("name,domain,linkedin\n" + "\n".join(lines) + "\n").encode()


def people() -> Iterator[Person]:
    """Draw three hundred people of different names."""
    dice = Dice(SEED, "demo")
    seen: set[str] = set()
    while len(seen) < PEOPLE:
        name = f"{dice.pick(words().first_names)} {dice.pick(words().last_names)}"
        if name not in seen:
            seen.add(name)
            yield person_for(question({"name": name, "id": "demo"}), SEED)


def _known_as(number: int, company: Company) -> tuple[str, str, str]:
    page = f"https://www.linkedin.com/company/{company.linkedin}/"
    ways = (
        (company.legal_name, company.domain, page),
        (company.name, "", ""),
        (company.legal_name, "", ""),
        ("", company.domain, ""),
        (company.name.upper(), f"https://www.{company.domain}/", ""),
        (company.spellings[-1], "", page),
        (company.name, company.domain, ""),
    )
    return ways[number % len(ways)]


def _cell(column: str, value: str) -> str:
    if any(character in value for character in ',"\n\r'):
        return '"' + value.replace('"', '""') + '"'
    return '""' if not value and column in _QUOTED_BLANKS else value


def main() -> None:
    """Write both files beside this script."""
    (HERE / "apollo_demo.csv").write_bytes(apollo_export())
    (HERE / "customers.csv").write_bytes(customers())


if __name__ == "__main__":
    main()
