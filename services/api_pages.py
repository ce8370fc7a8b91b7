"""The API's description over all services as files, for a gateway to serve: `python -m services.api_pages FOLDER`."""

import json
import sys
from pathlib import Path

from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html

from services.executor.app import create_app as create_executor
from services.ingest.app import create_app as create_ingest
from services.merged_openapi import merged_openapi
from services.projector.app import create_app as create_projector
from shared.settings import Settings


def write_pages(folder: Path) -> None:
    """Write openapi.json, docs.html and redoc.html into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    services = [create(Settings()) for create in (create_ingest, create_executor, create_projector)]
    (folder / "openapi.json").write_text(json.dumps(merged_openapi(services)))
    for name, render in (("docs", get_swagger_ui_html), ("redoc", get_redoc_html)):
        page = render(openapi_url="/openapi.json", title="Leadledger")
        (folder / f"{name}.html").write_bytes(bytes(page.body))


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
