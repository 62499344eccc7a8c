"""Mark tests that look at the gallery in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.chromium import NO_CHROMIUM, program


def with_chromium(test: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a test that looks at the pages in a browser."""
    test = pytest.mark.skipif(program() is None, reason=NO_CHROMIUM)(test)
    return pytest.mark.browser(pytest.mark.usefixtures("_served")(test))
