"""The clause that filters make together. Only pieces written in this service come together in it."""

# ruff: noqa: S608 - see above

from collections.abc import Sequence
from uuid import UUID

from services.projector.conditions import Condition

_LEADS_OF_JOBS = """job.batch_item_id FROM person_work_history AS job
    WHERE job.client_id = $1 AND job.is_current IS NOT TRUE AND"""


class Where:
    """A WHERE clause over `final_leads` and its parameters, $1 being the client.

    `text` is the clause; `leads` is the query of the ids of the leads that fulfil it.
    """

    def __init__(self, client_id: UUID, conditions: Sequence[Condition]) -> None:
        self.parameters: list[object] = [client_id]
        of_job = [self._filled(condition) for condition in conditions if condition.filter.of_former_job]
        of_lead = [self._filled(condition) for condition in conditions if not condition.filter.of_former_job]
        leads_of_jobs = f"{_LEADS_OF_JOBS} {' AND '.join(of_job)}"
        pieces = ["client_id = $1", *([f"batch_item_id IN (SELECT {leads_of_jobs})"] if of_job else []), *of_lead]
        self.text = " AND ".join(pieces)
        # Every job has a lead: where only jobs are asked for, the leads themselves need not be looked at.
        self.leads = (
            f"SELECT DISTINCT {leads_of_jobs}"
            if of_job and not of_lead
            else f"SELECT batch_item_id FROM final_leads WHERE {self.text} /* which begins with the client_id */"
        )

    def _filled(self, condition: Condition) -> str:
        places = {}
        for name, array in condition.arrays.items():
            self.parameters.append(list(array))
            places[name] = f"${len(self.parameters)}"
        return condition.sql.format(**places) if places else condition.sql
