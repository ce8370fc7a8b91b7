"""A look into an upload before anything is launched from it, and another mapping."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from services.ingest.choose_mapping import choose_mapping
from services.ingest.cleaning import cleaning_of
from services.ingest.filename import attachment
from services.ingest.find_duplicates import find_duplicates
from services.ingest.look_schemas import ColumnFill, ColumnPage, Input, InputPage, MappingChoice, RowQuery
from services.ingest.reading.problem_code import ProblemCode
from services.ingest.routes.uploads import find_or_404
from services.ingest.store import rows as store
from services.ingest.store.rows import RowFilter
from services.ingest.upload_schemas import ProblemPage, Row, RowPage, UploadAnswer
from shared.auth import Reader, Uploader
from shared.postgres import Postgres

router = APIRouter(prefix="/uploads/{upload_id}", tags=["uploads"])

_PAGE = 1_000


@router.get("/rows", summary="The rows of an upload")
async def get_rows(request: Request, caller: Reader, upload_id: UUID, query: Annotated[RowQuery, Query()]) -> RowPage:
    """Return the records as they stand in the file, cells in order, in the order of the file."""
    wanted = RowFilter(
        after=query.after,
        limit=query.limit,
        flagged=query.problems,
        problems=query.problem,
        text=query.q,
        duplicates=query.duplicates,
    )
    rows, following = await _rows(request.app.state.postgres, caller.client_id, upload_id, wanted)
    return RowPage(rows=rows, next=following)


@router.get("/problems", summary="The rows of an upload that have a problem")
async def get_problems(
    request: Request,
    caller: Reader,
    upload_id: UUID,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> ProblemPage:
    """Return the flagged records, and what the flags mean."""
    wanted = RowFilter(after=after, limit=limit, flagged=True)
    rows, following = await _rows(request.app.state.postgres, caller.client_id, upload_id, wanted)
    codes = {code for row in rows for code in row.problems or ()}
    return ProblemPage(
        problems=rows, meanings={code: ProblemCode(code).meaning for code in sorted(codes)}, next=following
    )


@router.get("/problems.csv", summary="The rows with a problem as a CSV file", response_class=StreamingResponse)
async def get_problems_csv(request: Request, caller: Reader, upload_id: UUID) -> StreamingResponse:
    """Stream number, line, problem codes and the cells as they stand, under the file's own header."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        upload = await find_or_404(connection, caller.client_id, upload_id)
    headers = {"Content-Disposition": attachment(f"problems of {upload.filename}.csv")}
    return StreamingResponse(
        _problem_lines(postgres, caller.client_id, upload), headers=headers, media_type="text/csv; charset=utf-8"
    )


async def _problem_lines(postgres: Postgres, client_id: UUID, upload: UploadAnswer) -> AsyncIterator[str]:
    """Read page by page, each in a transaction of its own: a slow client holds none open."""
    yield _csv([["row_no", "line_no", "problems", *upload.header]])
    after: int | None = 0
    while after is not None:
        wanted = RowFilter(after=after, limit=_PAGE, flagged=True)
        rows, after = await _rows(postgres, client_id, upload.upload_id, wanted)
        yield _csv([str(row.row_no), str(row.line_no), " ".join(row.problems or ()), *row.cells] for row in rows)


def _csv(rows: Iterable[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


async def _rows(
    postgres: Postgres, client_id: UUID, upload_id: UUID, wanted: RowFilter
) -> tuple[list[Row], int | None]:
    async with postgres.tenant(client_id) as connection:
        await find_or_404(connection, client_id, upload_id)
        if wanted.duplicates:
            await find_duplicates(connection, client_id, upload_id)
        found = await store.list_rows(connection, client_id, upload_id, wanted)
    rows = [Row.model_validate(dict(row)) for row in found]
    return rows, rows[-1].row_no if found and found[-1]["following"] else None


@router.get("/columns", summary="How well the columns of an upload are filled")
async def get_columns(request: Request, caller: Reader, upload_id: UUID) -> ColumnPage:
    """Return for each column how many rows have a value there; of big files, of ten thousand rows spread evenly."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        upload = await find_or_404(connection, caller.client_id, upload_id)
        filled = await store.count_filled(connection, caller.client_id, upload_id, rows=upload.rows)
    fields = {each.column: name for name, column in upload.mapping.items() for each in (column, *column.fallbacks)}
    return ColumnPage(
        rows=len(store.sampled_rows(upload.rows)),
        columns=[
            ColumnFill(column=number, header=name, filled=filled.get(number, 0), field=fields.get(number))
            for number, name in enumerate(upload.header)
        ],
    )


@router.get("/preview", summary="What a batch would ask with")
async def get_preview(
    request: Request,
    caller: Reader,
    upload_id: UUID,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> InputPage:
    """Return the cleaned, canonical input of the next `limit` rows; blank ones and repeated headers have none."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        upload = await find_or_404(connection, caller.client_id, upload_id)
        last = min(after + limit, upload.rows)
        found = await store.list_inputs(
            connection, caller.client_id, upload_id, first=after + 1, last=last, cleaning=cleaning_of(upload.mapping)
        )
    return InputPage(
        inputs=[Input.model_validate(dict(row)) for row in found], next=last if last < upload.rows else None
    )


@router.put("/mapping", summary="Map the columns of an upload otherwise")
async def put_mapping(request: Request, caller: Uploader, upload_id: UUID, choice: MappingChoice) -> UploadAnswer:
    """Replace the whole mapping; batches launched from now on use it, and later files with the same header."""
    return await choose_mapping(request.app.state.postgres, caller.client_id, upload_id, choice.mapping)
