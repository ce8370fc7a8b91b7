"""What the API takes and gives of providers and workflows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.executor.configuration import Configuration
from services.executor.document import Limits, ProviderDocument, Window
from services.executor.known_providers import KnownProvider
from services.executor.store.documents import DocumentVersion
from services.executor.workflow import Workflow

Origin: TypeAlias = Literal["built-in", "own"]


def origin_of(*, is_own: bool) -> Origin:
    """Return how the API names who made a document."""
    return "own" if is_own else "built-in"


class ProviderSummary(BaseModel):
    """A provider, and whether this client can use it."""

    name: str = Field(examples=["pdl-bulk"])
    version: int = Field(examples=[1])
    origin: Origin = Field(description="own: it stands, for you, in the place of a built-in one of its name")
    title: str = Field(examples=["People Data Labs: person enrich, in bulk"])
    shape: str = Field(examples=["bulk"])
    charged: bool = Field(description="Its answers cost something")
    configured: bool = Field(description="Every secret it needs is stored")
    missing: list[str] = Field(description="Secrets to give with PUT /providers/{name}/configuration")

    @classmethod
    def of(cls, provider: KnownProvider, configuration: Configuration) -> Self:
        """Return the summary."""
        document = provider.compiled.document
        return cls(
            name=document.name,
            version=document.version,
            origin=origin_of(is_own=provider.is_own),
            title=document.title,
            shape=document.shape,
            charged=document.cost.amount is not None or document.cost.estimate > 0,
            configured=not configuration.missing,
            missing=list(configuration.missing),
        )


class Providers(BaseModel):
    """The providers there are."""

    providers: list[ProviderSummary]


class ProviderDetail(ProviderSummary):
    """A provider with its document and this client's variables; secrets are never shown."""

    document: ProviderDocument
    variables: dict[str, str]
    limits: Limits = Field(description="The document's, with this client's own in their place")


class OwnLimits(BaseModel):
    """Limits of this client's own, lower or higher than the document's; what is absent is the document's."""

    model_config = ConfigDict(extra="forbid")

    concurrency: int | None = Field(None, ge=1, le=1000, examples=[5])
    windows: list[Window] | None = Field(None, max_length=8, examples=[[{"calls": 600, "seconds": 60}]])


class ConfigurationInput(BaseModel):
    """What a client stores for a provider; it replaces what was stored."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"variables": {"base_url": "https://api.peopledatalabs.com"}, "secrets": {"api_key": "..."}}]
        },
    )

    variables: dict[str, Annotated[str, Field(max_length=2_000)]] = {}
    secrets: dict[str, SecretStr] = {}
    limits: OwnLimits = Field(default_factory=OwnLimits)


class Version(BaseModel):
    """A version of a document."""

    version: int = Field(examples=[2])
    origin: Origin
    title: str
    made_by: UUID | None = Field(description="Id of the API key; null: it comes with the software")
    made_at: datetime | None

    @classmethod
    def of(cls, stored: DocumentVersion) -> Self:
        """Return what the list tells of a stored version."""
        return cls(
            version=stored.version,
            origin=origin_of(is_own=stored.is_own),
            title=stored.document["title"],
            made_by=stored.made_by,
            made_at=stored.made_at,
        )


class Versions(BaseModel):
    """The versions of a document, your own first, the newest of each kind first; the first is in force."""

    name: str = Field(examples=["pdl-bulk"])
    versions: list[Version]


class WorkflowDetail(Workflow):
    """A workflow with its steps, and who made it."""

    origin: Origin

    @classmethod
    def of(cls, stored: DocumentVersion) -> Self:
        """Return a stored version."""
        document: Mapping[str, Any] = stored.document
        return cls.model_validate({**document, "origin": origin_of(is_own=stored.is_own)})


class Workflows(BaseModel):
    """The workflows there are."""

    workflows: list[WorkflowDetail]
