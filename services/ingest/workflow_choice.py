"""Which workflow a batch follows."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.ingest.batch_errors import UnknownWorkflow, WorkflowMisfits


def choose_workflow(workflows: Sequence[Mapping[str, Any]], name: str | None, *, source: str) -> dict[str, Any]:
    """Return the document of the workflow of this name or, without a name, of the source's default.

    `workflows`: the client's own, the newest first, then those that come with the software. Raises UnknownWorkflow
    with the names there are, or WorkflowMisfits.
    """
    documents: dict[str, dict[str, Any]] = {row["name"]: row["document"] for row in workflows}
    if name is None:
        chosen = next((each for each in documents.values() if source in each.get("default_for", ())), None)
        problem = f"The source {source} has no default workflow"
    else:
        chosen = documents.get(name)
        problem = f"There is no workflow {name!r}"
    if chosen is None:
        known = ", ".join(sorted(documents)) or "none yet: start an executor once"
        raise UnknownWorkflow(f"{problem}; those there are: {known}.", workflows=sorted(documents))
    fitting = chosen.get("sources", ())
    if fitting and source not in fitting:
        raise WorkflowMisfits(
            f"The workflow {chosen['name']} is for {', '.join(fitting)}; the upload's source is {source}.",
            sources=fitting,
        )
    return chosen


def providers_of(workflow: Mapping[str, Any]) -> list[str]:
    """Return the names of the providers that a workflow's steps ask."""
    names = [name for step in workflow["steps"] for name in (step.get("provider"), *(step.get("waterfall") or ()))]
    return sorted({name for name in names if name})
