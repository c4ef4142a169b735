"""What the store-free functions are given."""
from __future__ import annotations

import datetime
from typing import Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from ._bip import Answer, Better, LayerKind

Score = Union[float, None, Answer]
"""A number, None (not asked) or the reason why there is no number."""

Day = Union[datetime.date, str, int]
"""A date, "YYYY-MM-DD", or days since 1970-01-01."""


class Rules(NamedTuple):
    """How a series is to be judged."""

    scale: Tuple[float, float]
    """ends of the scale, scale points, the lower first"""
    smallest_step: float = 0
    """least difference that counts as a step; 0: any difference"""
    reliability: Optional[float] = None
    """of the instrument, 0 <= reliability < 1; None: not known, no reliable change"""
    sd: Optional[float] = None
    """of the instrument, above 0; None: not known, no reliable change"""
    better: Better = Better.HIGHER
    """which end of the scale is the good one"""


class Axis(NamedTuple):
    """One axis of a spider."""

    title: str
    """wrapped, and cut where it doesn't fit"""
    scale: Tuple[float, float]
    """ends of the scale, scale points, the lower first"""
    step: float = 0
    """between allowed scores; 0: continuous"""
    better: Better = Better.HIGHER
    """the better end is always the rim"""
    labels: Optional[Mapping[float, str]] = None
    """words for scores"""


class Layer(NamedTuple):
    """Scores laid over the axes of a spider."""

    scores: Sequence[Score]
    """one for each axis; no number leaves a gap in the line"""
    kind: LayerKind = LayerKind.LATEST
    """what it shows"""
    label: Optional[str] = None
    """in the legend; None: made from kind, date and respondent"""
    respondent: Optional[str] = None
    """title of whose view it is; None: not said"""
    date: Optional[Day] = None
    """None: not said"""


class Panel(NamedTuple):
    """One course of a timeline."""

    title: str
    """wrapped, and cut where it doesn't fit"""
    days: Sequence[Day]
    """strictly rising"""
    scores: Sequence[Score]
    """one for each day; no number leaves a gap in the line"""
    rules: Rules
    """the scale, what is a step, what is reliable"""
    labels: Optional[Mapping[float, str]] = None
    """words for scores"""
    raters: Optional[Sequence[Union[int, str, None]]] = None
    """equal where the rater was the same, None, NaN or 0 where unknown"""
