"""A minimal SVG writer for bars and lines. Coordinates are in pixels."""
from html import escape

FONT = 13
COLOURS = ("#4878a8", "#e08c3c", "#b04a5a", "#5c9c68")
INK, PALE = "#222", "#ddd"


class Picture:
    def __init__(self, width, height, title):
        self.width, self.height = width, height
        self.parts = [f'<rect width="{width}" height="{height}" fill="#fff"/>']
        self.text(16, 26, title, size=16, weight="bold")

    def text(self, x, y, text, anchor="start", size=FONT, weight="normal", colour=INK):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
                          f'font-weight="{weight}" fill="{colour}">{escape(text)}</text>')

    def box(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" fill="{colour}"/>')

    def line(self, points, colour=PALE, width=1):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')

    def dot(self, x, y, colour, radius=4.5):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"/>')

    def legend(self, x, y, names):
        for name, colour in zip(names, COLOURS):
            self.box(x, y - 10, 12, 12, colour)
            self.text(x + 17, y, name)
            x += 17 + 7.8 * len(name) + 20

    def render(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
                f'viewBox="0 0 {self.width} {self.height}" font-family="DejaVu Sans, Verdana, sans-serif">\n'
                + "\n".join(self.parts) + "\n</svg>\n")


def round_step(most, count=5):
    """A step of 1, 2 or 5 times a power of ten that divides the range from 0 to `most` into about `count` parts."""
    size = 1.0
    while size * 10 <= most / count:
        size *= 10
    while size > most / count:
        size /= 10
    return next(size * step for step in (1, 2, 5, 10) if size * step * count >= most)


def short(value):
    """Formats a number for an axis: 2 k for 2000."""
    return f"{value / 1000:g} k" if value >= 1000 else f"{value:g}"
