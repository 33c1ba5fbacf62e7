"""Finding a Chromium and starting it in the way that holds up in tests."""

import os
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Error, Playwright

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright) -> Browser:
    """The browser named by `CHROMIUM`, one on the path, or Playwright's own, which is fetched once if it is missing.

    Raises: playwright's Error when there is none.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
    try:
        return playwright.chromium.launch(args=ARGUMENTS)
    except Error:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=600)
    return playwright.chromium.launch(args=ARGUMENTS)


def launch_or_skip(playwright: Playwright) -> Browser:
    """The browser for a test, which is skipped where there is none; where CI is set, that is a failure."""
    try:
        return launch(playwright)
    except Error as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no browser: {error.message}")
        pytest.skip("no browser: set CHROMIUM, or run `python -m playwright install chromium`")
