"""Providers over HTTP: their documents in versions, and a client's configuration of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from services.executor.calls.body import dump_json
from services.executor.configuration import Given, configuration_of, configurations_of, configure
from services.executor.document_body import BODY, read_document
from services.executor.keep_document import keep_provider
from services.executor.provider_test import Trial, try_provider
from services.executor.provider_test_schemas import ProviderTest, TestOrder
from services.executor.registry_schemas import (
    ConfigurationInput,
    ProviderDetail,
    Providers,
    ProviderSummary,
    Version,
    Versions,
)
from services.executor.run_chunk import Executor
from services.executor.store.documents import provider_versions
from shared.auth import Caller, Launcher, ProviderKeeper, Reader
from shared.idempotency import IdempotencyKey

router = APIRouter(prefix="/providers", tags=["providers"])


def _executor(request: Request) -> Executor:
    executor: Executor = request.app.state.executor
    return executor


@router.get("", summary="List the providers")
async def list_providers(request: Request, caller: Reader) -> Providers:
    """List every provider, built-in or your own, and whether its credentials are there."""
    executor = _executor(request)
    known = await executor.providers.all(caller.client_id)
    documents = [each.compiled.document for each in known.values()]
    configurations = await configurations_of(executor.postgres, executor.vault, caller.client_id, documents)
    return Providers(providers=[ProviderSummary.of(each, configurations[name]) for name, each in known.items()])


@router.get("/{name}", summary="Show a provider's document")
async def show_provider(
    name: str,
    request: Request,
    caller: Reader,
    version: Annotated[int | None, Query(ge=1, description="The newest if absent")] = None,
) -> ProviderDetail:
    """Show how the provider is asked, how its answers are read, and this client's variables."""
    return await _detail(_executor(request), caller, name, version)


@router.get("/{name}/versions", summary="List the versions of a provider's document")
async def list_versions(name: str, request: Request, caller: Reader) -> Versions:
    """List them: your own first, then those that come with the software. Batches keep the one they began with."""
    executor = _executor(request)
    await executor.providers.find(caller.client_id, name)
    async with executor.postgres.tenant(caller.client_id) as connection:
        versions = await provider_versions(connection, caller.client_id, name)
    return Versions(name=name, versions=[Version.of(each) for each in versions])


@router.put("/{name}", summary="Keep a provider's document", openapi_extra=BODY)
async def put_provider(
    name: str,
    request: Request,
    response: Response,
    caller: ProviderKeeper,
    given: Annotated[dict[str, Any], Depends(read_document)],
) -> ProviderDetail:
    """Keep the document, YAML or JSON, as the next version of your own; one that says the same is not kept again.

    201: it is new, and launches from now on ask by it. With the name of a built-in provider it stands in its place.
    """
    executor = _executor(request)
    kept = await keep_provider(executor.postgres, caller, name, given)
    response.status_code = 201 if kept.is_new else 200
    return await _detail(executor, caller, name, kept.version.version)


@router.put("/{name}/configuration", summary="Store variables and credentials")
async def configure_provider(
    name: str, given: ConfigurationInput, request: Request, caller: ProviderKeeper
) -> ProviderSummary:
    """Store what this client uses for a provider. Secrets are encrypted and never shown again."""
    executor = _executor(request)
    provider = await executor.providers.find(caller.client_id, name)
    secrets = {key: secret.get_secret_value() for key, secret in given.secrets.items()}
    limits = given.limits.model_dump(mode="json", exclude_none=True)
    own = Given(variables=given.variables, secrets=secrets, limits=limits)
    document = provider.compiled.document
    configuration = await configure(executor.postgres, executor.vault, caller.client_id, document, own)
    return ProviderSummary.of(provider, configuration)


@router.post("/{name}/test", response_model=ProviderTest, summary="Make one call, to see what comes of it")
async def post_test(
    name: str, order: TestOrder, request: Request, caller: Launcher, idempotency_key: IdempotencyKey = None
) -> Response:
    """Ask the provider about one input, for real: it may be charged. Repeated with the same key it is not asked again.

    Of a provider that answers later, what is shown is the first exchange and that the answer is awaited.
    """
    trial = Trial(
        client_id=caller.client_id,
        asked_by=caller.key_id,
        provider=name,
        version=order.version,
        input=order.input,
        results=order.results,
        idempotency_key=idempotency_key,
    )
    told = await try_provider(_executor(request), trial)
    return Response(dump_json(told), media_type="application/json")


async def _detail(executor: Executor, caller: Caller, name: str, version: int | None) -> ProviderDetail:
    provider = await executor.providers.find(caller.client_id, name, version)
    document = provider.compiled.document
    configuration = await configuration_of(executor.postgres, executor.vault, caller.client_id, document)
    return ProviderDetail(
        **ProviderSummary.of(provider, configuration).model_dump(),
        document=document,
        variables=dict(configuration.variables),
        limits=configuration.limits,
    )
