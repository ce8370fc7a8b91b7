"""Why a batch can't be launched, or an upload not be mapped so.

Unprocessable             422
├── MappingMisfits        a mapping with fields or columns that there are not
├── UnknownWorkflow       the name is none of those there are, or the source has no default
├── WorkflowMisfits       the workflow is not for this kind of CSV
├── OverridesMisfit       what is overridden is nothing that the workflow's providers have
├── UnknownRows           rows that the upload does not have
└── NothingToAskAbout     no row that any provider could be asked about
"""

from shared.errors import Unprocessable


class MappingMisfits(Unprocessable):
    """The mapping names fields or columns that there are not."""

    slug = "mapping-misfits"
    title = "The mapping does not fit the upload"


class UnknownWorkflow(Unprocessable):
    """There is no such workflow."""

    slug = "unknown-workflow"
    title = "The workflow is not known"


class WorkflowMisfits(Unprocessable):
    """The workflow is for other kinds of CSV."""

    slug = "workflow-misfits"
    title = "The workflow does not fit the upload's source"


class OverridesMisfit(Unprocessable):
    """The workflow asks no such provider, or it has no such variable."""

    slug = "overrides-misfit"
    title = "The overrides do not fit the workflow"


class UnknownRows(Unprocessable):
    """The upload has no such rows."""

    slug = "unknown-rows"
    title = "The upload does not have these rows"


class NothingToAskAbout(Unprocessable):
    """No chosen row has what a provider needs."""

    slug = "nothing-to-ask-about"
    title = "No row can be asked about"
