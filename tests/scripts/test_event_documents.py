"""The documents of the events are what the code makes, and what is published fits them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from scripts.event_documents import FOLDER, documents, example
from shared.bus import MemoryBus
from shared.bus.topology import EVENTS
from shared.events import EVENT_TYPES, Event
from shared.outbox import append_event, relay_events
from shared.postgres import Postgres
from tests.eventually import eventually


def committed_schema(event_type: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / f"{event_type}.schema.json").read_text())
    return schema


def check(document: bytes, event_type: str) -> None:
    """Raise unless the event fits its schema and CloudEvents itself."""
    Draft202012Validator(committed_schema(event_type), format_checker=FormatChecker()).validate(json.loads(document))
    read = JSONFormat().read(CloudEvent, document)
    assert read.get_type() == event_type
    assert read.get_specversion() == "1.0"


def test_the_committed_documents_are_what_the_code_makes() -> None:
    made = documents()
    committed = {path.name: path.read_text() for path in FOLDER.iterdir() if path.suffix in {".json", ".yaml"}}
    assert set(committed) == set(made), "run `python -m scripts.event_documents`"
    for name, text in made.items():
        assert committed[name] == text, f"{name}: run `python -m scripts.event_documents`"


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_the_example_of_each_type_fits_its_schema_and_cloudevents(event_type: str) -> None:
    schema = committed_schema(event_type)
    Draft202012Validator.check_schema(schema)
    check(example(event_type).to_json(), event_type)
    assert schema["examples"] == [json.loads(example(event_type).to_json())]


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_an_event_that_lacks_something_or_is_of_another_type_does_not_fit(event_type: str) -> None:
    schema = committed_schema(event_type)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    whole = json.loads(example(event_type).to_json())
    for missing in schema["required"]:
        with pytest.raises(ValidationError, match=missing):
            validator.validate({name: value for name, value in whole.items() if name != missing})
    for missing in schema["properties"]["data"]["required"]:
        data = {name: value for name, value in whole["data"].items() if name != missing}
        with pytest.raises(ValidationError, match=missing):
            validator.validate(whole | {"data": data})
    with pytest.raises(ValidationError, match="was expected"):
        validator.validate(whole | {"type": "another.type"})


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_what_a_later_version_adds_still_fits(event_type: str) -> None:
    whole = json.loads(example(event_type).to_json())
    later = whole | {"sequence": "7", "data": whole["data"] | {"added_later": 1}}
    check(json.dumps(later).encode(), event_type)
    event = Event.model_validate_json(json.dumps(later))
    EVENT_TYPES[event.type].model_validate(event.data)


async def test_what_the_outbox_publishes_fits(postgres: Postgres, client_id: UUID) -> None:
    bus, published = MemoryBus(), list[bytes]()

    async def listen(body: bytes) -> None:
        published.append(body)

    await bus.consume(EVENTS, listen, prefetch=1)
    async with postgres.tenant(client_id) as connection:
        for event_type, data_type in EVENT_TYPES.items():
            data = example(event_type).data | {"client_id": str(client_id)}
            await append_event(connection, "ingest", data_type.model_validate(data))
    await relay_events(postgres, bus)
    await eventually(lambda: len(published) == len(EVENT_TYPES))
    await bus.close()
    for body in published:
        check(body, json.loads(body)["type"])


def test_the_asyncapi_document_names_every_event_and_its_references_lead_somewhere() -> None:
    document = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())
    assert document["asyncapi"] == "3.0.0"
    assert {channel["address"] for channel in document["channels"].values()} == set(EVENT_TYPES)
    assert {operation["action"] for operation in document["operations"].values()} == {"send"}
    references = list(_references(document))
    assert len(references) == 3 * len(EVENT_TYPES)
    for reference in references:
        if reference.startswith("./"):
            assert Path(FOLDER, reference).is_file(), reference
        else:
            found: Any = document
            for step in reference.removeprefix("#/").split("/"):
                found = found[step]


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)
