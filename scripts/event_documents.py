# ruff: noqa: INP001 - a folder of scripts, not a package
"""Write docs/events: a JSON Schema per event type and an AsyncAPI document, from `shared/events.py`.

Run `python -m scripts.event_documents` after changing an event; a test holds the files equal to what this writes.
"""

import json
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from shared.bus.topology import EXCHANGE
from shared.events import EVENT_TYPES, BatchEventData, Event, EventData

FOLDER = Path(__file__).parent.parent / "docs" / "events"

Document: TypeAlias = dict[str, Any]

_CLIENT = "01938e2f-7a10-7c3e-9f4b-2d6c8e0a1b2c"
_BATCH = "01938e30-1b22-7d4f-8a5c-3e7d9f1b2c3d"
_UPLOAD = "01938e2f-9c11-7e50-9b6d-4f8ea02c3d4e"
_COUNTS = {"pending": 0, "running": 0, "succeeded": 91, "no_match": 7, "failed": 1, "unknown": 0, "skipped": 1}
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

EXAMPLES: dict[str, Document] = {
    "upload.received": {"upload_id": _UPLOAD, "source": "apollo", "rows": 100, "problems": 2, "sha256": _DIGEST},
    "batch.launched": {"upload_id": _UPLOAD, "workflow": "apollo-people", "items": 100},
    "batch.progressed": {"counts": _COUNTS | {"pending": 40, "running": 20, "succeeded": 31}},
    "batch.completed": {"completion": 1, "state": "completed", "counts": _COUNTS, "seal": _DIGEST},
    "batch.paused": {"reason": "apollo-bulk-match says that its credits are used up; top up and resume."},
    "batch.resumed": {"reason": "by request"},
    "batch.cancelled": {"reason": "by request"},
    "batch.failed": {"reason": "The workflow names a provider that is not there; launch again with another."},
    "batch.projected": {"completion": 1, "leads": 100, "jobs": 412, "rules": "7af9a009ae84367e"},
    "rules.promoted": {"version": "v2", "rules": "7af9a009ae84367e"},
    "rules.applied": {"rules": "7af9a009ae84367e", "waiting": 12},
}
"""What an event of each type says of its own; ids of client and batch are added."""


def example(event_type: str) -> Event:
    """Return an event of this type as it could be published."""
    of_batch = issubclass(EVENT_TYPES[event_type], BatchEventData)
    ids = {"client_id": _CLIENT} | ({"batch_id": _BATCH} if of_batch else {})
    data = EVENT_TYPES[event_type].model_validate(ids | EXAMPLES[event_type])
    return Event.model_validate(
        {
            "id": "01938e31-0d33-7f61-8c7e-5a9fb13d4e5f",
            "source": "/leadledger/ingest",
            "type": event_type,
            "time": "2026-11-23T14:03:12.345678Z",
            "clientid": _CLIENT,
            "batchid": _BATCH if of_batch else None,
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "data": data.model_dump(mode="json"),
        }
    )


def schema(event_type: str) -> Document:
    """Return the JSON Schema of the whole event of this type; fields it does not name may be added later."""
    data_type = EVENT_TYPES[event_type]
    envelope = Event.model_json_schema(mode="serialization")
    properties: Document = envelope["properties"]
    required = ["specversion", "id", "source", "type", "time", "datacontenttype", "clientid", "data"]
    for optional in ("batchid", "traceparent"):
        properties[optional] = {"type": "string"} | ({"format": "uuid"} if optional == "batchid" else {})
    if issubclass(data_type, BatchEventData):
        required.append("batchid")
    else:
        del properties["batchid"]
    properties["type"] = {"const": event_type}
    properties["data"] = _data_schema(data_type)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:leadledger:event:{event_type}",
        "title": event_type,
        "description": data_type.__doc__,
        "type": "object",
        "required": required,
        "properties": {name: _untitled(each) for name, each in properties.items()},
        "examples": [json.loads(example(event_type).to_json())],
    }


def _data_schema(data_type: type[EventData]) -> Document:
    made = data_type.model_json_schema(mode="serialization")
    made.pop("title")
    made["properties"] = {name: _untitled(each) for name, each in made["properties"].items()}
    return made


def _untitled(property_schema: Document) -> Document:
    return {name: value for name, value in property_schema.items() if name != "title"}


def asyncapi() -> Document:
    """Return the AsyncAPI document: where each event is published, and what it says."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Leadledger events", "version": "1", "description": _DESCRIPTION},
        "defaultContentType": "application/cloudevents+json",
        "servers": {"broker": {"host": "rabbitmq:5672", "protocol": "amqp", "description": "LEADLEDGER_BUS_URL"}},
        "channels": {event_type: _channel(event_type) for event_type in EVENT_TYPES},
        "operations": {
            f"send.{event_type}": {"action": "send", "channel": {"$ref": f"#/channels/{event_type}"}}
            for event_type in EVENT_TYPES
        },
        "components": {"messages": {event_type: _message(event_type) for event_type in EVENT_TYPES}},
    }


_DESCRIPTION = (
    "CloudEvents 1.0 in the structured JSON form, on one topic exchange; the routing key is the event's type. "
    "Events are thin: ids and counts, never rows. Each is published at least once, so `id` tells repetitions; order "
    "is not promised on the broker. The same documents are sent by GET /events (Server-Sent Events), in order and "
    "with replay."
)


def _channel(event_type: str) -> Document:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    return {
        "address": event_type,
        "description": EVENT_TYPES[event_type].__doc__,
        "messages": {event_type: {"$ref": f"#/components/messages/{event_type}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _message(event_type: str) -> Document:
    return {
        "name": event_type,
        "contentType": "application/cloudevents+json",
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./{event_type}.schema.json"},
        },
    }


def documents() -> dict[str, str]:
    """Return every file of the folder that is made here: its name and its text."""
    made = {f"{each}.schema.json": json.dumps(schema(each), indent=2) + "\n" for each in EVENT_TYPES}
    head = "# Made by `python -m scripts.event_documents`.\n"
    return made | {"asyncapi.yaml": head + yaml.safe_dump(asyncapi(), sort_keys=False, width=110)}


if __name__ == "__main__":
    for name, text in documents().items():
        (FOLDER / name).write_text(text)
