"""Choose another mapping for an upload; later files with the same header get it too."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.ingest.batch_errors import MappingMisfits
from services.ingest.sources.source import FIELD_KINDS
from services.ingest.store import duplicates, mappings
from services.ingest.store.uploads import find_upload
from services.ingest.upload_schemas import Column, MappedColumn, UnmappedColumn, UploadAnswer
from shared.errors import NotFound
from shared.postgres import Postgres


async def choose_mapping(
    postgres: Postgres, client_id: UUID, upload_id: UUID, chosen: Mapping[str, Sequence[int | str]]
) -> UploadAnswer:
    """Replace an upload's mapping by field -> columns, by number or name; raises NotFound or MappingMisfits."""
    async with postgres.tenant(client_id) as connection:
        await duplicates.lock_comparison(connection, client_id)
        row = await find_upload(connection, client_id, upload_id)
        if row is None:
            raise NotFound(f"There is no upload {upload_id}; GET /uploads lists yours.")
        upload = UploadAnswer.of(dict(row))
        mapping = {field: _column(field, columns, upload.header) for field, columns in chosen.items()}
        unmapped = _unmapped(upload, mapping)
        facts = {
            "source": upload.source,
            "header": upload.header,
            "mapping": {field: column.model_dump() for field, column in mapping.items()},
            "unmapped": [column.model_dump() for column in unmapped],
        }
        await mappings.insert_mapping(connection, client_id, upload_id, facts)
        await duplicates.forget_comparison(connection, client_id, upload_id)
    return upload.model_copy(update={"mapping": mapping, "unmapped": unmapped, "doubtful": []})


def _column(field: str, columns: Sequence[int | str], header: Sequence[str]) -> MappedColumn:
    if field not in FIELD_KINDS:
        raise MappingMisfits(f"There is no field {field!r}; choose of: {', '.join(FIELD_KINDS)}.", field=field)
    numbers = [_number(field, column, header) for column in columns]
    if not numbers or max(Counter(numbers).values()) > 1:
        raise MappingMisfits(f"Give the field {field} one column or more, each once; leave out fields without.")
    first, *others = [Column(column=number, header=header[number]) for number in numbers]
    return MappedColumn(**first.model_dump(), fallbacks=others)


def _number(field: str, column: int | str, header: Sequence[str]) -> int:
    if isinstance(column, int):
        if 0 <= column < len(header):
            return column
        raise MappingMisfits(f"The field {field} names column {column}; columns are 0 to {len(header) - 1}.")
    named = [number for number, name in enumerate(header) if name == column]
    if len(named) != 1:
        count = "no column" if not named else f"{len(named)} columns"
        raise MappingMisfits(f"The file has {count} named {column!r}; give the number, counted from 0.", field=field)
    return named[0]


def _unmapped(upload: UploadAnswer, mapping: Mapping[str, MappedColumn]) -> list[UnmappedColumn]:
    taken = {column.column for chosen in mapping.values() for column in (chosen, *chosen.fallbacks)}
    unknown = {column.column for column in upload.unmapped if not column.known}
    return [
        UnmappedColumn(column=number, header=name, known=number not in unknown)
        for number, name in enumerate(upload.header)
        if number not in taken
    ]
