"""Cutting long runs of things into parts of bounded size."""

import itertools
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` items, in order; reads no further ahead than one list."""
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
