"""Callbacks over HTTP: what a provider answers later, at an address that only it was told."""

from fastapi import APIRouter, Request

from services.executor.run_chunk import Executor
from services.executor.schemas import CallbackTaken
from services.executor.take_callback import find_addressed, take_callback
from shared.errors import TooLarge

router = APIRouter(tags=["callbacks"])


@router.post("/callbacks/{token}", summary="Answer a request that was handed over")
async def call_back(token: str, request: Request) -> CallbackTaken:
    """Take an answer from a provider. The address is the right to answer; the same body twice is taken once."""
    executor: Executor = request.app.state.executor
    addressed = await find_addressed(executor, token)
    content = await _body(request, addressed.document.limits.answer_max_bytes)
    is_new = await take_callback(executor, addressed, request.headers, content)
    return CallbackTaken(taken=is_new)


async def _body(request: Request, most: int) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise TooLarge(f"A callback may have {most} bytes; send less.")
    return bytes(content)
