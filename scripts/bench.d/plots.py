"""Grouped bar charts as SVG."""

from xml.sax.saxutils import escape

COLOURS = ["#4477aa", "#ccbb44", "#ee6677", "#228833"]
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 960, 380, 60, 60, 60


def _text(x, y, text, anchor="middle", size=12):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'font-family="sans-serif">{escape(text)}</text>')


def _ticks(top):
    """Four to eight round steps up to the highest value."""
    step = 1.0
    while top / step > 8:
        step *= 2 if str(step)[0] in "15" else 2.5
    while top / step < 4:
        step /= 2
    return [step * i for i in range(int(top / step) + 2)]


def grouped_bars(title, unit, groups, series):
    """`series` is a list of (name, {group: value}); a group without a value has no bar."""
    values = [value for _, points in series for value in points.values() if value is not None]
    if not values:
        return None
    ticks = _ticks(max(values))
    scale = (HEIGHT - TOP - BOTTOM) / ticks[-1]
    base, slot = HEIGHT - BOTTOM, (WIDTH - LEFT - 10) / len(groups)
    bar = slot * 0.8 / len(series)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
             f'viewBox="0 0 {WIDTH} {HEIGHT}"><rect width="100%" height="100%" fill="white"/>',
             _text(LEFT, 20, f"{title} ({unit})", "start", 15)]
    for tick in ticks:
        y = base - tick * scale
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{tick:g}", "end", 11))
    for number, (name, points) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<rect x="{LEFT + number * 160}" y="32" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(LEFT + number * 160 + 18, 43, name, "start"))
        for position, group in enumerate(groups):
            value = points.get(group)
            if value is None:
                continue
            x, height = LEFT + position * slot + slot * 0.1 + number * bar, value * scale
            parts.append(f'<rect x="{x:.1f}" y="{base - height:.1f}" width="{bar * 0.92:.1f}" '
                         f'height="{height:.1f}" fill="{colour}"/>')
            parts.append(_text(x + bar * 0.46, base - height - 3, f"{value:.3g}", size=10))
    for position, group in enumerate(groups):
        parts.append(_text(LEFT + (position + 0.5) * slot, base + 18, group))
    parts.append("</svg>")
    return "\n".join(parts)
