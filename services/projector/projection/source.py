"""The sources of a batch: its CSV rows, and the answers of each step and provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.projector.rules import Reading, Rules
from services.projector.rules.rules import CSV


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerGroup:
    """The `ok` answers of a step and provider in a batch; `is_repeated` if some subjects have more than one.

    `per_company`: they are about companies, and each is told of all items of its company.
    """

    step: str
    provider: str
    is_repeated: bool
    per_company: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One source; it has at most one answer per item, the newest `ok` one. `source_no` 0 is the CSV row.

    `as_of`: only answers that were there then.
    """

    source_no: int
    step: str | None
    provider: str
    reading: Reading
    is_repeated: bool = False
    per_company: bool = False
    as_of: datetime | None = None

    def document(self) -> dict[str, object]:
        """Return what a projection remembers of it."""
        return {
            "source_no": self.source_no,
            "step": self.step,
            "provider": self.provider,
            "reading": self.reading.name,
            "per_company": self.per_company,
        }


def sources_of(
    rules: Rules, groups: Sequence[AnswerGroup], *, steps: Sequence[str], as_of: datetime | None = None
) -> tuple[Source, ...]:
    """Return the sources in the order of the workflow's steps; a provider that no reading reads has none.

    `as_of`: answers as they stood then; None: all.
    """
    sources = [Source(source_no=0, step=None, provider=CSV, reading=rules.reading(CSV))]
    places = {step: place for place, step in enumerate(steps)}
    for group in sorted(groups, key=lambda group: (places.get(group.step, len(places)), group.step, group.provider)):
        reading = rules.reading_of(group.provider)
        if reading is not None:
            sources.append(
                Source(
                    source_no=len(sources),
                    step=group.step,
                    provider=group.provider,
                    reading=reading,
                    is_repeated=group.is_repeated,
                    per_company=group.per_company,
                    as_of=as_of,
                )
            )
    return tuple(sources)


def believed(sources: Sequence[Source], order: Sequence[str]) -> tuple[Source, ...]:
    """Return the sources, the most believed first; of one reading the later step, which knew more when it asked."""
    places = {reading: place for place, reading in enumerate(order)}
    return tuple(sorted(sources, key=lambda source: (places.get(source.reading.name, len(places)), -source.source_no)))
