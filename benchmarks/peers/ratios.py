"""Ratios of two bots, round by round, and how they are printed."""

import statistics
from collections.abc import Sequence

from benchmarks.peers.rig.load import Measured


def ratio(ours: Sequence[Measured], theirs: Sequence[Measured], name: str) -> tuple[float, float, float]:
    """Round by round: median, least, greatest."""
    every = sorted(getattr(one, name) / getattr(other, name) for one, other in zip(ours, theirs, strict=True))
    return statistics.median(every), every[0], every[-1]


def spread(values: tuple[float, float, float]) -> str:
    """As printed."""
    return "{:.2f} ({:.2f}–{:.2f})".format(*values)


def middle(measured: Sequence[Measured], name: str) -> float:
    """The median of the rounds."""
    return float(statistics.median(getattr(each, name) for each in measured))
