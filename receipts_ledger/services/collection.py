"""When Python looks for cycles among its objects.

A page of a chain is a hundred thousand objects and no cycle; looking through them again and
again took a quarter of the time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS_BETWEEN = 200_000
"""So many new objects before it looks: some pages. Rarely, and not never: memory has a bound."""


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the collector away from a piece of work that is soon done."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Let the collector come rarely to a piece of work that may take hours."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def sparing_what_stays() -> Iterator[None]:
    """Let the collector pass over all that is here now, until the end of a service."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
