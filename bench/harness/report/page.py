"""The page of the report: texts, tables and the charts, in one file that needs no network and no script."""

import html
import re

from harness.report import charts
from harness.report.results import geometric_mean
from harness.summary import megabytes, seconds

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --fill: #fff; --text: #16191d; --quiet: #5b636d; --grid: #e3e6ea; --bad: #b3261e;
  --c0: #1d5fd0; --c1: #c25e00; --c2: #00857a; --c3: #7d8590; --c4: #8a3ffc; --band: #f5f6f8; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --fill: #14171b; --text: #e8eaed; --quiet: #a3acb8; --grid: #2d333b;
  --bad: #ff8a80; --c0: #6ea8ff; --c1: #ffab5c; --c2: #4fd1c1; --c3: #9aa3ad; --c4: #c3a1ff; --band: #1c2026; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 20px 22px 60px; max-width: 946px; background: var(--paper); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; line-height: 1.2; margin: 8px 0 4px; } h2 { font-size: 20px; margin: 42px 0 4px; line-height: 1.25; }
h3 { font-size: 16px; margin: 26px 0 2px; } p { margin: 6px 0 10px; max-width: 75ch; }
.quiet { color: var(--quiet); } .bad { color: var(--bad); } svg { display: block; width: 100%; height: auto; }
svg text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 7px 0; margin: 0; list-style: none; font-size: 14px;
  position: sticky; top: 0; background: var(--paper); border-bottom: 1px solid var(--grid); z-index: 1; }
.legend svg { display: inline-block; width: 13px; height: 13px; margin-right: 6px; vertical-align: -1px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 12px 3px 0; text-align: right; border-bottom: 1px solid var(--grid); white-space: nowrap; vertical-align: top; }
th { color: var(--quiet); font-weight: 600; } th:first-child, td:first-child, .text { text-align: left; }
td.why { white-space: normal; min-width: 13em; overflow-wrap: anywhere; }
.facts th { padding-right: 18px; text-align: left; } .facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
details { margin: 8px 0; } summary { cursor: pointer; color: var(--quiet); padding: 3px 0; }
nav { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 14px; margin: 10px 0; } a { color: var(--c0); }
@media (max-width: 700px) { body { padding: 12px 22px 40px; } .wide { display: none; } .narrow { display: block; }
  .legend { font-size: 13px; gap: 2px 12px; } .means .quiet { display: none; } .means .bad { display: block; }
  .failures tr { display: block; padding: 6px 0; border-bottom: 1px solid var(--grid); } .failures th { display: none; }
  .failures td { display: inline; border: 0; padding: 0 8px 0 0; } .failures td.why { display: block; } h1 { font-size: 23px; } }
@media print { .legend { position: static; } }
"""
ABOUT = {
    "numeric": "Loops, numbers and objects in plain Python: pyperformance's, unmodified.",
    "libraries": "What programs do with libraries: pure-Python packages and the standard library's native modules, from pyperformance.",
    "async": "Event loops, coroutines and sockets, from pyperformance.",
    "startup": "From the start of a process to its end.",
    "threads": "The same work in every thread, at one thread and at as many as there are cores.",
    "memory": "Making, holding and dropping objects.",
    "heap": "Heaps of millions of objects, once in a process, growth included.",
    "own": "What pyperformance lacks: exceptions, strings, large dicts, many classes, changed assumptions, a service loop, pauses.",
}


def escape(text):
    return html.escape(str(text))


def legend(results, labels=None):
    """Which colour and mark is which interpreter."""
    shapes = {"o": '<circle cx="6.5" cy="6.5" r="4.6"/>', "D": '<path d="M6.5 1.2 11.8 6.5 6.5 11.8 1.2 6.5Z"/>',
              "s": '<path d="M2 2H11V11H2Z"/>', "^": '<path d="M6.5 1.5 12 11.5H1Z"/>', "v": '<path d="M1 1.5H12L6.5 11.5Z"/>'}
    items = []
    for label in labels or results.labels:
        index = min(results.labels.index(label), len(charts.SERIES) - 1)
        shape = '<path d="M0 3H13V10H0Z"/>' if index == 0 else shapes[charts.MARKERS[index]]
        items.append(f'<li><svg viewBox="0 0 13 13" fill="var(--{charts.SERIES[index]})" aria-hidden="true">{shape}</svg>'
                     f'{escape(label)}{" (1×)" if label == results.base else ""}</li>')
    return f'<ul class="legend">{"".join(items)}</ul>'


def facts(results, remark):
    """What was measured, on what, when and how, as (name, text)."""
    newest = results.newest
    machine = newest["machine"]
    load, ended = machine.get("load at start"), machine.get("load at end")
    rows = [("measured", ", ".join(dict.fromkeys(source["started"][:16].replace("T", " ") for source in results.sources)) + " UTC"
             + ("" if all(source["complete"] for source in results.sources) else " (interrupted: not complete)")),
            ("commit", newest["commit"][:12] + (" and changes" if newest["commit"].endswith("+changes") else "")),
            ("machine", f"{machine['processor'] or machine['architecture']}, {machine['cores']} cores, "
             f"{machine['memory'] / 2**30:.0f} GiB, {machine['system']}"
             + (f"; load {load[0]:.1f} at the start" + (f", {ended[0]:.1f} at the end" if ended else "") if load else "")),
            ("each line", f"{newest['rounds']} process{'es' if newest['rounds'] > 1 else ''} per interpreter, taking turns, "
             f"{newest['budget']['seconds']:g} s each; steady state: the median of the second half")]
    rows += [(label, results.interpreters[label]["version"]) for label in results.labels]
    if remark:
        rows.append(("remark", remark))
    return rows


def facts_table(results, remark):
    rows = "".join(f"<tr><th>{escape(name)}<td>{escape(text)}" for name, text in facts(results, remark))
    return f'<table class="facts">{rows}</table>'


def markdown(results, title, remark, page):
    """The means and the failures as a page of Markdown, with a link to the page of charts."""
    def cell(text):
        return str(text).replace("|", "/").replace("\n", " ")

    lines = [f"# {title}", "", f"The charts, every line's figures, warm-up and pauses are in [{page}]({page}): one page to open in a browser.",
             "Written by `bench/report`.", "", "| | |", "|---|---|"]
    lines += [f"| {cell(name)} | {cell(text)} |" for name, text in facts(results, remark)]
    lines += ["", f"Geometric means of the speed against {results.base} (2.0× is twice as fast), over how many lines; lines that failed"
              " count in no mean:", "", "| set | lines | " + " | ".join(map(cell, results.peers)) + " |",
              "|---|---:|" + "---:|" * len(results.peers)]
    for name in results.sets:
        members = results.members(name)
        lines.append(f"| {name} | {len(members)} | " + " | ".join(mean_cell(results, members, name, label)
                                                                   for label in results.peers) + " |")
    efficiencies = []
    for label in results.labels:
        found = [points[most] / int(most) for by_label in results.scaling.values() if (points := by_label.get(label))
                 and int(most := max(points, key=int)) > 1]
        if found:
            efficiencies.append(f"{label} {geometric_mean(found):.0%}")
    if efficiencies:
        lines += ["", f"Efficiency per core of the loops and programs of the threads set, geometric mean: {', '.join(efficiencies)}."]
    failed = results.failures()
    if failed:
        lines += ["", f"No figure in {len(failed)} cases:", "", "| line | interpreter | what happened |", "|---|---|---|"]
        lines += [f"| {cell(line['name'])} | {cell(label)} | {cell(why)[:160]} |" for line, label, why in failed]
    return "\n".join(lines) + "\n"


def mean_cell(results, members, name, label):
    mean, count = results.mean(name, label)
    failed = sum(1 for line in members if (line["figures"].get(label) or {}).get("failure"))
    lost = f", {failed} failed" if failed else ""
    return ("–" if mean is None else f"**{charts.times(mean)}**") + f" of {count}{lost}"


def means_table(results):
    head = "<tr><th>set<th>lines" + "".join(f"<th>{escape(label)}" for label in results.peers)
    rows = []
    for name in results.sets:
        members = results.members(name)
        cells = []
        for label in results.peers:
            mean, count = results.mean(name, label)
            failed = sum(1 for line in members if (line["figures"].get(label) or {}).get("failure"))
            lost = f' <span class="bad">{failed} failed</span>' if failed else ""
            cells.append(f"<td>{'–' if mean is None else charts.times(mean)} <span class=quiet>of {count}</span>{lost}")
        rows.append(f"<tr><td>{escape(name)}<td>{len(members)}" + "".join(cells))
    return f'<div class="scroll means"><table>{head}{"".join(rows)}</table></div>'


def figures_table(results, lines):
    """All figures of a set."""
    head = "<tr><th>line<th>interpreter<th>ratio<th>steady<th>±<th>first<th>warm after<th>peak memory"
    rows = []
    for line in lines:
        for index, label in enumerate(results.labels):
            one = line["figures"].get(label)
            if one is None:
                continue
            name = escape(line["name"]) if index == 0 else ""
            if one["failure"]:
                rows.append(f'<tr><td>{name}<td>{escape(label)}<td colspan=6 class="text why bad">{escape(one["failure"])}')
                continue
            ratio = results.ratio(line, label)
            rows.append(f"<tr><td>{name}<td>{escape(label)}<td>{charts.times(ratio) if ratio else '–'}<td>{seconds(one['steady'])}"
                        f"<td>{one['spread'] * 50:.0f} %<td>{seconds(one['first'])}<td>{seconds(one['warm'], exact=False)}"
                        f"<td>{megabytes(one['peak'])}")
    return (f'<details><summary>All figures of these {len(lines)} lines</summary><div class="scroll"><table>{head}'
            f'{"".join(rows)}</table></div></details>')


def scaling_table(results):
    """Speed-up and efficiency per core at the most threads."""
    head = "<tr><th>loop or program<th>threads" + "".join(f"<th>{escape(label)}" for label in results.labels)
    rows = []
    for name, by_label in results.scaling.items():
        most = max(int(count) for points in by_label.values() for count in points)
        cells = []
        for label in results.labels:
            value = {int(count): value for count, value in by_label.get(label, {}).items()}.get(most)
            cells.append("<td>–" if value is None else f"<td>{charts.times(value)} <span class=quiet>{value / most:.0%}</span>")
        rows.append(f"<tr><td>{escape(name)}<td>{most}" + "".join(cells))
    return ('<details><summary>Speed-up and efficiency per core, as a table</summary><div class="scroll"><table>'
            f'{head}{"".join(rows)}</table></div></details>')


def failures_table(results):
    failed = results.failures()
    if not failed:
        return ""
    rows = "".join(f'<tr><td>{escape(line["name"])}<td class="text">{escape(label)}<td class="text why bad">{escape(why)}'
                   for line, label, why in failed)
    return (f'<h2 id="failures">Failures</h2><p>{len(failed)} measurements gave no figure. A crash, a wrong result or a line that'
            ' could not be prepared counts in no mean.</p><div class="scroll failures"><table><tr><th>line<th class="text">interpreter'
            f'<th class="text">what happened{rows}</table></div>')


def ratio_lines(results, name):
    """The lines of a set's chart; of the threads set those at the most threads."""
    lines = results.members(name)
    if name != "threads":
        return lines
    most = max(int(line["name"].rpartition("@")[2]) for line in lines)
    return [line for line in lines if line["name"].endswith(f"@{most}")]


def build(pyplot, results, points, title, remark):
    """The whole page."""
    marks = legend(results)
    body = [f"<h1>{escape(title)}</h1>", facts_table(results, remark), '<nav aria-label="sections">']
    place_of_nav = len(body)
    sections = [("means", "Means")]
    body.append('<h2 id="means">Geometric means</h2>')
    body.append(f"<p>How many times faster than {escape(results.base)}: above 1× is faster. Each mean is over the lines that both ran"
                " with the right result.</p>")
    body.append(legend(results))
    body.append(charts.picture(lambda width: charts.means(pyplot, results, width), "geometric means per set"))
    body.append(means_table(results))
    for name in results.sets:
        lines = results.members(name)
        sections.append((name, name))
        body.append(f'<h2 id="{escape(name)}">{escape(name)}</h2><p>{escape(ABOUT.get(name, ""))}</p>{marks}')
        chart = ratio_lines(results, name)
        body.append(charts.picture(lambda width, chart=chart: charts.ratios(pyplot, results, chart, width),
                                   f"ratios of the set {name}, sorted; every figure is in the table below"))
        if name == "threads":
            body.append(scaling_part(pyplot, results))
        if name == "own" or any((line["figures"].get(label) or {}).get("waits") for line in lines for label in results.labels):
            body.append(pauses_part(pyplot, results, lines))
        body.append(figures_table(results, lines))
    warm = results.members("numeric") or results.lines[:25]
    drawn = charts.picture(lambda width: charts.warm_up(pyplot, results, warm, width), "time of an iteration over time, by line")
    if drawn:
        sections.append(("warm-up", "warm-up"))
        body.append(f'<h2 id="warm-up">Warm-up</h2><p>The time of one iteration against {escape(results.base)}’s steady state, over the'
                    f' seconds since measuring began; both axes are logarithmic, lower is better.</p>{marks}{drawn}')
    drawn = charts.picture(lambda width: charts.history(pyplot, results, points, width), "geometric means over commits")
    if drawn:
        sections.append(("history", "history"))
        body.append(f'<h2 id="history">History</h2><p>Geometric means of {escape(results.subject)} against {escape(results.base)} over the'
                    f' commits that were measured, from the oldest to the newest, over the lines that this report has too.</p>{drawn}')
    failed = failures_table(results)
    if failed:
        sections.append(("failures", f"failures ({len(results.failures())})"))
        body.append(failed)
    links = "".join(f'<a href="#{escape(anchor)}">{escape(text)}</a>' for anchor, text in sections)
    body.insert(place_of_nav, links + "</nav>")
    page = (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
            f'initial-scale=1"><title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n' + "\n".join(body)
            + "\n</body></html>\n")
    return re.sub(r"[ \t]+\n", "\n", page)


def scaling_part(pyplot, results):
    drawn = charts.picture(lambda width: charts.scaling(pyplot, results, width), "speed-up over threads, by loop")
    if not drawn:
        return ""
    return ('<h3>Speed-up by threads</h3><p>Time of one thread × n / time of n threads; the dashed line is perfect scaling.</p>'
            f"{legend(results)}{drawn}{scaling_table(results)}")


def pauses_part(pyplot, results, lines):
    drawn = charts.picture(lambda width: charts.pauses(pyplot, results, lines, width), "histogram of request times")
    if not drawn:
        return ""
    return ("<h3>Pauses</h3><p>Many short requests over a small and a large heap: the share of them that took so long. What stops a"
            f" program for a moment is a bar far to the right; both axes are logarithmic.</p>{drawn}")
