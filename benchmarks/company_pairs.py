"""How often two names of one company are told to be one, and two of different ones are not: per tier of evidence.

Run `python -m benchmarks.company_pairs [FILE]`; the file has the columns Name_x, Name_y and Targets (1: the same).
"""

import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from services.projector.company_names import normalise_name

PAIRS = Path(__file__).parent.parent / "tests" / "data" / "companies" / "pairs.csv"

Pair = tuple[str, str, bool]


def read_pairs(file: Path = PAIRS) -> list[Pair]:
    """Return the labelled pairs: two names, and whether they are of one company."""
    rows = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    return [(row["Name_x"], row["Name_y"], row["Targets"] == "1") for row in rows]


def is_exact(one: str, other: str) -> bool:
    """Tell whether the names are the same to the letter."""
    return one == other


def is_normalised(one: str, other: str) -> bool:
    """Tell whether the names, or the names they went by, are the same but for form and spelling."""
    first, second = normalise_name(one), normalise_name(other)
    return bool({first.key, *first.others} & {second.key, *second.others})


TIERS: dict[str, Callable[[str, str], bool]] = {"name_exact": is_exact, "name_normalised": is_normalised}


def precision_and_recall(pairs: Sequence[Pair], tier: Callable[[str, str], bool]) -> tuple[float, float, int]:
    """Return precision, recall and how many pairs the tier joins; nothing joined is nothing wrong."""
    told = [same for one, other, same in pairs if tier(one, other)]
    wanted = sum(same for _, _, same in pairs)
    return (sum(told) / len(told) if told else 1.0), sum(told) / wanted, len(told)


def main() -> None:
    """Print a line for each tier."""
    pairs = read_pairs(Path(sys.argv[1]) if len(sys.argv) > 1 else PAIRS)
    sys.stdout.write(f"{len(pairs)} pairs, {sum(same for _, _, same in pairs)} of one company\n")
    for name, tier in TIERS.items():
        precision, recall, told = precision_and_recall(pairs, tier)
        sys.stdout.write(f"{name:16} joins {told:3}  precision {precision:.3f}  recall {recall:.3f}\n")


if __name__ == "__main__":
    main()
