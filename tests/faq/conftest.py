"""What tests of this room share."""

from collections.abc import Iterator
from typing import Any

import pytest

from faq import pagecache


@pytest.fixture
def kept(settings: Any, knowledge: None) -> Iterator[None]:
    """The cache is on, and each test begins without pages."""
    settings.PAGE_CACHE = True
    pagecache.STORE.clear()
    yield
    pagecache.STORE.clear()
