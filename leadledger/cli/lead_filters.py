"""The dashboard's filters as options of a command: one entry here is one option."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

_FLAGS = {
    "worked_at_customer": "People with a former job at one of your customers",
    "new_in_role": "People who began their present job lately",
    "recently_funded": "People at companies that were funded lately",
    "has_email": "People with an address, whatever its verdict",
}
_TEXTS = {
    "past_company": "Name of a former employer",
    "past_company_domain": "Domain of a former employer",
    "past_title": "Title of a former job, by beginnings of its words",
    "current_company": "Name of the present employer",
    "title": "Present title, by beginnings of its words",
    "seniority": "Seniority of the present job, such as vp or director",
    "industry": "Industry of the employer",
    "size": "Head count of the employer, such as 51-200",
    "country": "Country of the person",
    "state": "State or region of the person",
    "city": "City of the person",
    "email_verdict": "Verdict on the address, such as valid or risky",
    "batch_id": "The batch",
    "source": "Kind of CSV that the row came from",
    "q": "Beginning of a name, of a word of the company's name, or of its domain",
}
_SINGLE = {
    "per_person": "latest: of each person only the newest lead over all batches",
    "sort": "Order: added, name, company or job_start; - before it turns it round",
}

NAMES = (*_FLAGS, *_TEXTS, *_SINGLE)


def with_lead_filters(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option per filter; those given arrive as keyword arguments.

    A repeated option means any of its values, different options mean all of them.
    """

    @functools.wraps(function)
    def run(*arguments: Any, **options: Any) -> None:
        kept = {name: value for name, value in options.items() if name not in NAMES or value not in (None, [])}
        function(*arguments, **kept)

    own = [
        each
        for each in inspect.signature(function, eval_str=True).parameters.values()
        if each.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    run.__signature__ = inspect.Signature([*own, *_options()])  # type: ignore[attr-defined]
    return run


def _options() -> list[inspect.Parameter]:
    kinds: list[tuple[dict[str, str], Any]] = [(_FLAGS, bool | None), (_TEXTS, list[str] | None), (_SINGLE, str | None)]
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[kind, typer.Option(help=text, rich_help_panel="Filters", metavar=_metavar(kind))],
        )
        for entries, kind in kinds
        for name, text in entries.items()
    ]


def _metavar(kind: Any) -> str | None:
    return None if kind == bool | None else "TEXT"
