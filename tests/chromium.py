"""A Chromium for the browser tests: the one that is installed, else installed now."""

import os
import shutil
import subprocess

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ADVICE = (
    "The browser tests need Chromium and found none: install it (`apt-get install chromium`), "
    "or name one in LEADLEDGER_TEST_CHROMIUM."
)

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
"""It runs as root, without a screen, and calls nobody."""


def chromium() -> str:
    """Return the path of a Chromium."""
    found = os.environ.get("LEADLEDGER_TEST_CHROMIUM") or _installed()
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], check=False)
        found = _installed()
    if found is None:
        raise RuntimeError(_ADVICE)
    return found


def _installed() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)
