"""One OpenAPI document over several services."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, create_model

from services.executor.app import create_app as create_executor
from services.ingest.app import create_app as create_ingest
from services.merged_openapi import merged_openapi
from services.projector.app import create_app as create_projector
from shared.http import create_service
from shared.settings import Settings


@asynccontextmanager
async def no_lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


def service(name: str, method: str, path: str, answer: type[BaseModel]) -> FastAPI:
    router = APIRouter()

    async def answered() -> BaseModel:
        return answer()

    router.add_api_route(path, answered, methods=[method], response_model=answer)
    return create_service(f"Leadledger {name}", routers=[router], lifespan=no_lifespan)


def schema_of(document: dict[str, dict[str, dict[str, dict[str, object]]]], method: str, path: str) -> object:
    responses: dict[str, dict[str, dict[str, dict[str, dict[str, object]]]]]
    responses = document["paths"][path][method]["responses"]  # type: ignore[assignment]
    return responses["200"]["content"]["application/json"]["schema"]["$ref"]


def test_the_calls_of_all_services_stand_in_one_document() -> None:
    page = create_model("Page", rows=(int, 0))
    one, two = service("ingest", "GET", "/batches", page), service("projector", "POST", "/batches", page)
    document = merged_openapi([one, two])
    assert document["info"]["title"] == "Leadledger"
    assert set(document["paths"]["/batches"]) == {"get", "post"}
    assert {"/healthz", "/readyz"} <= set(document["paths"])


def test_a_schema_that_two_services_share_stands_once() -> None:
    page = create_model("Page", rows=(int, 0))
    document = merged_openapi([service("ingest", "GET", "/a", page), service("projector", "GET", "/b", page)])
    assert [name for name in document["components"]["schemas"] if "Page" in name] == ["Page"]


def test_schemas_of_one_name_that_differ_are_told_apart_by_their_service() -> None:
    ingest = service("ingest", "GET", "/a", create_model("Page", rows=(int, 0)))
    projector = service("projector", "GET", "/b", create_model("Page", leads=(str, "")))
    document = merged_openapi([ingest, projector])
    assert schema_of(document, "get", "/a") == "#/components/schemas/ingest_Page"
    assert schema_of(document, "get", "/b") == "#/components/schemas/projector_Page"
    assert set(document["components"]["schemas"]["ingest_Page"]["properties"]) == {"rows"}
    assert set(document["components"]["schemas"]["projector_Page"]["properties"]) == {"leads"}
    assert "Page" not in document["components"]["schemas"]


def test_every_reference_of_the_whole_document_leads_to_a_schema() -> None:
    services = [create(Settings()) for create in (create_ingest, create_executor, create_projector)]
    document = merged_openapi(services)
    references = set(re.findall(r'"\$ref":"([^"]*)"', orjson.dumps(document).decode()))
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert (references - schemas, len(references) > 20) == (set(), True)
