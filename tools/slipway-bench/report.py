"""What came of a run of slipway-bench: a picture of the ratios, and how they differ from the run before.

usage: report.py LINES PICTURE [LINES-OF-THE-RUN-BEFORE]   prints a line for each benchmark
"""
import json
import sys
from xml.sax.saxutils import escape

WIDTH, ROW, LABEL, BAR = 720, 34, 190, 400

STYLE = """
  text { font: 14px sans-serif; fill: #1f2328 }
  .bar { fill: #2f6f9f } .room { fill: #d8dee4 } .before { stroke: #b35900; stroke-width: 2 } .paper { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .bar { fill: #6cb0e0 } .room { fill: #30363d } .before { stroke: #ffb366 } .paper { fill: #0d1117 }
  }
"""


def read(path):
    """By benchmark and store: what the last of its lines says."""
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.strip()]
    return {(line["bench"], line["store"]): line for line in lines}


def width_of(ratio):
    return round(BAR * min(max(ratio, 0), 1), 1)


def row(number, key, found, before):
    top = ROW * number + 40
    name = key[0] if key[1] in ("sqlite", "memory") else f"{key[0]}, {key[1]}"
    parts = [f'<text x="10" y="{top + 16}">{escape(name)}</text>',
             f'<rect class="room" x="{LABEL}" y="{top}" width="{BAR}" height="22" rx="3"/>',
             f'<rect class="bar" x="{LABEL}" y="{top}" width="{width_of(found["ratio"])}" height="22" rx="3"/>',
             f'<text x="{LABEL + BAR + 12}" y="{top + 16}">{found["ratio"]:.2f}</text>']
    if before:
        at = LABEL + width_of(before["ratio"])
        parts.append(f'<line class="before" x1="{at}" x2="{at}" y1="{top - 3}" y2="{top + 25}"/>')
    return "\n".join(parts)


def picture(found, before):
    height = ROW * len(found) + 50
    title = "slipway as a part of its limit, measured in the same run"
    rows = [row(i, key, line, before.get(key)) for i, (key, line) in enumerate(found.items())]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{title}">', f"<style>{STYLE}</style>", f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        f'<text x="10" y="24">{title}{"; the stroke: the run before" if before else ""}</text>', *rows, "</svg>", ""])


def comparison(key, found, before):
    name = f"{key[0]} ({key[1]})"
    if not before:
        return f"{name:24} {found['ratio']:6.2f} of its limit"
    if before["n"] != found["n"] or before["concurrency"] != found["concurrency"]:
        return f"{name:24} {found['ratio']:6.2f} of its limit; the run before had another size"
    change = 100 * (found["ratio"] / before["ratio"] - 1) if before["ratio"] else 0
    return f"{name:24} {found['ratio']:6.2f} of its limit, {before['ratio']:.2f} before ({change:+.0f} %)"


def main():
    found = read(sys.argv[1])
    before = read(sys.argv[3]) if len(sys.argv) > 3 else {}
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(picture(found, before))
    for key, line in found.items():
        print(comparison(key, line, before.get(key)))


if __name__ == "__main__":
    main()
