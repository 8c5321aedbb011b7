"""Small drawings as SVG, made on the server: readable without a script, coloured by the style sheet alone.

Each says in its title what it shows; the figures themselves stand in a table beside it. What differs in status differs in
height or shape as well, so that colour is never all there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup, escape

from warehouse.dashboard.formats import written
from warehouse.dashboard.page import Kind, Status

_CELL, _GAP, _STRIP = 8, 2, 28
_WIDTH, _HEIGHT, _FOOT, _SIDE = 720, 160, 20, 64
_BAR, _LABEL, _FIGURE = 22, 200, 90
_LONGEST_LABEL = 28


def strip(days: Mapping[date, tuple[Status, str]], last: date, n_days: int) -> Markup:
    """Draw a mark a day, the last one on the right: low where all passed, high where something failed, a dot without data.

    Args:
        days: Status of each day that has one, with what is said of it.
        last: The last day.
        n_days: How many days.
    """
    marks, dots = [], []
    for number in range(n_days):
        day = last - timedelta(days=n_days - 1 - number)
        status, said = days.get(day, ("none", ""))
        x = number * (_CELL + _GAP)
        if status == "none":
            dots.append(f"M{x + _CELL // 2} {_STRIP - 2}h0")
            continue
        # Sizes stand in the style sheet, since a page has hundreds of these.
        marks.append(f'<rect class="{status}" x="{x}"><title>{day}: {escape(said)}</title></rect>')
        if status == "errored":
            marks.append(f'<path class="hole" d="M{x + 2} {_STRIP // 2}h{_CELL - 4}"/>')
    marks.append(f'<path class="dots" d="{"".join(dots)}"/>')
    bad = sum(status in {"failed", "errored"} for status, _ in days.values())
    warned = sum(status == "warned" for status, _ in days.values())
    said = f"{len(days)} of the last {n_days} days have data; {bad} with failures, {warned} with warnings"
    return _svg("strip", n_days * (_CELL + _GAP) - _GAP, _STRIP, said, marks)


def columns(
    values: Sequence[tuple[str, float | None, str]],
    said: str,
    *,
    kind: Kind = "count",
    usual: float | None = None,
) -> Markup:
    """Draw a column a value, oldest on the left, with the usual value as a dashed line."""
    known = [value for _, value, _ in values if value is not None]
    top = max([*known, usual or 0, 0]) or 1
    width, ground = _WIDTH - _SIDE, _HEIGHT - _FOOT
    step = width / max(len(values), 1)
    thick = max(min(step - 2, 28), 1)
    marks = [*_scale(top, kind)]
    for number, (label, value, status) in enumerate(values):
        if value is None:
            continue
        height = max(value / top * (ground - 12), 1)
        x = _SIDE + number * step + (step - thick) / 2
        title = f"<title>{escape(label)}: {escape(written(value, kind))}</title>"
        marks.append(
            f'<rect class="{status}" x="{x:.1f}" y="{ground - height:.1f}" width="{thick:.1f}" height="{height:.1f}" rx="1.5">{title}</rect>'
        )
    if usual:
        y = ground - usual / top * (ground - 12)
        marks.append(f'<path class="usual" d="M{_SIDE} {y:.1f}H{_WIDTH}"/>')
    if values:
        marks.append(_text(_SIDE, _HEIGHT - 4, values[0][0]))
        if len(values) > 1:
            marks.append(_text(_WIDTH, _HEIGHT - 4, values[-1][0], "end"))
    return _svg("columns", _WIDTH, _HEIGHT, said, marks)


def curve(
    points: Sequence[tuple[str, float, str]], said: str, *, kind: Kind = "number", usual: float | None = None
) -> Markup:
    """Draw a value over the runs, oldest on the left; a diamond where it moved, with the usual value as a dashed line."""
    values = [value for _, value, _ in points]
    top = max([*values, usual or 0]) or 1
    width, ground = _WIDTH - _SIDE - 8, _HEIGHT - _FOOT
    step = width / max(len(points) - 1, 1)
    places = [
        (_SIDE + number * step, ground - value / top * (ground - 12)) for number, value in enumerate(values)
    ]
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    marks = [*_scale(top, kind), f'<path class="line" d="M{line}"/>']
    if usual is not None:
        marks.append(
            f'<path class="usual" d="M{_SIDE} {ground - usual / top * (ground - 12):.1f}H{_WIDTH}"/>'
        )
    for (x, y), (label, value, status) in zip(places, points, strict=True):
        title = f"<title>{escape(label)}: {escape(written(value, kind))}</title>"
        if status == "warned":
            marks.append(f'<path class="warned" d="M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6z">{title}</path>')
        else:
            marks.append(f'<circle class="plain" cx="{x:.1f}" cy="{y:.1f}" r="3">{title}</circle>')
    marks.append(_text(_SIDE, _HEIGHT - 4, points[0][0]))
    if len(points) > 1:
        marks.append(_text(_WIDTH, _HEIGHT - 4, points[-1][0], "end"))
    return _svg("columns", _WIDTH, _HEIGHT, said, marks)


def bars(values: Sequence[tuple[str, float]], said: str, *, kind: Kind = "number") -> Markup:
    """Draw a bar a value, from the top, each with its name and its figure."""
    top = max((value for _, value in values), default=0) or 1
    room = _WIDTH - _LABEL - _FIGURE
    marks = []
    for number, (label, value) in enumerate(values):
        y = number * _BAR
        width = max(value / top * room, 1) if value > 0 else 0
        short = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
        marks.append(_text(_LABEL - 8, y + 15, short, "end"))
        marks.append(
            f'<rect class="plain" x="{_LABEL}" y="{y + 4}" width="{width:.1f}" height="{_BAR - 8}" rx="1.5"><title>{escape(label)}</title></rect>'
        )
        marks.append(_text(_LABEL + width + 6, y + 15, written(value, kind)))
    return _svg("bars", _WIDTH, max(len(values), 1) * _BAR, said, marks)


def meter(share: float) -> Markup:
    """Draw a share of 0 to 1 as a short bar, for a table's cell."""
    width = max(0.0, min(1.0, share)) * 80
    return Markup(  # noqa: S704  a number alone goes into it
        f'<svg class="meter" viewBox="0 0 80 8" width="80" height="8" aria-hidden="true">'
        f'<rect class="rail" width="80" height="8" rx="2"/><rect class="plain" width="{width:.1f}" height="8" rx="2"/></svg>'
    )


def _scale(top: float, kind: Kind) -> list[str]:
    ground = _HEIGHT - _FOOT
    return [
        f'<path class="axis" d="M{_SIDE} {ground}H{_WIDTH}"/>',
        f'<path class="grid" d="M{_SIDE} 12H{_WIDTH}"/>',
        _text(_SIDE - 8, 16, written(top, kind), "end"),
        _text(_SIDE - 8, ground, "0", "end"),
    ]


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(name: str, width: float, height: float, said: str, marks: Sequence[str]) -> Markup:
    """Wrap marks, whose texts are escaped already."""
    return Markup(  # noqa: S704  every text in it went through escape
        f'<svg class="chart {name}" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(said)}">'
        f"{''.join(marks)}</svg>"
    )
