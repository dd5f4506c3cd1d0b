"""Plots as small SVG files, readable on light and dark pages."""
import math
from xml.sax.saxutils import escape

STYLE = ('<style>text{font:12px sans-serif;fill:#777}.a{fill:#2a78b8;stroke:#2a78b8}.b{fill:#e08a2c;stroke:#e08a2c}'
         '.c{fill:#5a9e4b;stroke:#5a9e4b}.axis{stroke:#999}.bar{stroke:#c33;stroke-width:2}polyline{fill:none!important;'
         'stroke-width:2}</style>')
SERIES = "abc"


def svg(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">{STYLE}\n'
            + "\n".join(parts) + "\n</svg>\n")


def bars(title, groups, limits):
    """groups: name -> values; limits: name -> a value that is marked across the group."""
    left, width, line = 230, 760, 11
    scale = (width - left - 60) / max([*limits.values(), *(value for values in groups.values() for value in values)])
    parts, y = [f'<text x="4" y="16">{escape(title)}</text>'], 30
    for name, values in groups.items():
        height = line * len(values)
        parts.append(f'<text x="{left - 8}" y="{y + height / 2 + 4:.0f}" text-anchor="end">{escape(name)}</text>')
        for series, value in zip(SERIES, values):
            parts.append(f'<rect class="{series}" x="{left}" y="{y}" width="{value * scale:.1f}" height="{line - 2}"/>'
                         f'<text x="{left + value * scale + 5:.1f}" y="{y + 9}" font-size="10">{value:.3f}</text>')
            y += line
        limit = left + limits[name] * scale
        parts.append(f'<line class="bar" x1="{limit:.1f}" y1="{y - height - 2}" x2="{limit:.1f}" y2="{y}"/>')
        y += 10
    return svg(width, y + 6, parts)


def curves(title, unit, lines):
    """lines: name -> {x: y}, over a logarithmic x axis; y begins at 0."""
    left, top, width, height = 60, 30, 520, 220
    xs = sorted({x for points in lines.values() for x in points})
    y_max = max(y for points in lines.values() for y in points.values()) * 1.1

    def at(x, y):
        share = (math.log(x) - math.log(xs[0])) / (math.log(xs[-1]) - math.log(xs[0]))
        return f"{left + share * (width - left - 30):.1f},{top + (1 - y / y_max) * (height - top - 30):.1f}"

    bottom = height - 30
    parts = [f'<text x="4" y="16">{escape(title)}</text>',
             f'<line class="axis" x1="{left}" y1="{bottom}" x2="{width - 20}" y2="{bottom}"/>',
             f'<line class="axis" x1="{left}" y1="{top}" x2="{left}" y2="{bottom}"/>',
             f'<text x="{left - 6}" y="{top + 8}" text-anchor="end">{y_max:,.3g}</text>',
             f'<text x="{left - 6}" y="{bottom}" text-anchor="end">0</text>']
    parts += [f'<text x="{at(x, 0).split(",")[0]}" y="{bottom + 16}" text-anchor="middle">{x:,}</text>' for x in xs]
    for number, (series, (name, points)) in enumerate(zip(SERIES, lines.items())):
        parts.append(f'<polyline class="{series}" points="{" ".join(at(*point) for point in sorted(points.items()))}"/>')
        parts.append(f'<text x="{left + 10 + 190 * number}" y="{height - 2}"><tspan class="{series}">■</tspan> '
                     f'{escape(name)}, {escape(unit)}</text>')
    return svg(width, height + 4, parts)
