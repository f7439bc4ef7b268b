"""The charts of the report. Each is drawn twice, for a wide page and for a telephone; the page shows the one that fits."""

import math

from harness.report.plotting import COLOURS, MARKERS, SERIES, Canvas
from harness.summary import seconds

WIDE, NARROW = 900, 346
SMALL = 9.5


def picture(draw, label):
    """Both forms of a chart: `draw(width)` gives a Canvas, or None when there is nothing to draw."""
    wide, narrow = draw(WIDE), draw(NARROW)
    if wide is None or narrow is None:
        return ""
    return f'<div class="wide">{wide.svg(label)}</div><div class="narrow">{narrow.svg(label)}</div>'


def colour(results, label):
    """The colour of an interpreter: the first named has the first, the base the last."""
    return COLOURS[SERIES[min(results.labels.index(label), len(SERIES) - 1)]]


def marker(results, label):
    return MARKERS[min(results.labels.index(label), len(MARKERS) - 1)]


def times(value):
    """A ratio for people."""
    return f"{value:.0f}×" if value >= 20 else f"{value:.1f}×" if value >= 2 else f"{value:.2f}×"


def ratio_axis(axes, low, high, narrow, centre=True):
    """A logarithmic axis of ratios with few round ticks; 1× is marked."""
    if centre:
        low, high = min(low, 0.5), max(high, 2.0)
    low, high = low / 1.25, high * 1.25
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    steps = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100, 300, 1000, 3000]
    wide = math.log10(high / low)
    if wide > 3 or (narrow and wide > 2):
        steps = [0.001, 0.01, 0.1, 1, 10, 100, 1000]
    elif wide > 1.6 or narrow:
        steps = [0.03, 0.1, 0.3, 1, 3, 10, 30, 100]
    else:
        steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
    ticks = [step for step in steps if low <= step <= high]
    axes.set_xticks(ticks, [f"{tick:g}×" for tick in ticks])
    axes.minorticks_off()
    axes.axvline(1, color=COLOURS["quiet"], linewidth=1.1, zorder=1.5)


def rows_axis(axes, names, narrow, above=0.08):
    """One row per name from the top down; the narrow form has the names above their rows, so that none is cut."""
    axes.set_ylim(len(names) - 0.4, -0.75 if narrow else -0.6)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    if narrow:
        axes.set_yticks([])
        for place, name in enumerate(names):
            axes.annotate(name, (0, place - above), xycoords=("axes fraction", "data"), va="bottom", fontsize=SMALL + 1,
                          bbox={"facecolor": COLOURS["fill"], "edgecolor": "none", "pad": 1}, zorder=3)
    else:
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", labelcolor=COLOURS["text"], labelsize=11.5)


def ratios(pyplot, results, lines, width):
    """Bars of the first interpreter's ratios, sorted; the others are marks on the same rows; what failed stands below."""
    narrow = width == NARROW
    subject = results.subject
    rows = [(line, results.ratio(line, subject)) for line in lines]
    rows = sorted([row for row in rows if row[1] is not None], key=lambda row: -row[1]) + [row for row in rows if row[1] is None]
    every = [ratio for line in lines for label in results.peers if (ratio := results.ratio(line, label))]
    if not rows or not every:
        return None
    height = (30 if narrow else 19) * len(rows) + 40
    canvas = Canvas(pyplot, width, height)
    axes = canvas.axes[0]
    ratio_axis(axes, min(every), max(every), narrow)
    rows_axis(axes, [line["name"] for line, _ in rows], narrow)
    axes.xaxis.set_tick_params(labeltop=True, labelbottom=len(rows) > 12)
    for place, (line, ratio) in enumerate(rows):
        centre = place + (0.2 if narrow else 0)
        if ratio is not None:
            bar = axes.barh(centre, ratio - 1, left=1, height=0.36 if narrow else 0.62, color=colour(results, subject), zorder=2)[0]
            canvas.tip(bar, f"{line['name']}: {subject} {times(ratio)} {results.base}, "
                            f"{seconds(line['figures'][subject]['steady'])} against {seconds(line['figures'][results.base]['steady'])}")
        else:
            one = line["figures"].get(subject)
            why = "not measured" if one is None else one["failure"] or f"{results.base} gave no figure"
            # At the right end, in the narrow form beside the name: the marks of the others are on the row.
            limit = 30 if narrow else 62
            axes.annotate(why if len(why) <= limit else why[:limit - 1] + "…", (1, place - 0.08 if narrow else centre),
                          xycoords=("axes fraction", "data"), ha="right", va="bottom" if narrow else "center", fontsize=SMALL, zorder=3,
                          bbox={"facecolor": COLOURS["fill"], "edgecolor": "none", "pad": 1},
                          color=COLOURS["bad"] if one and one["failure"] else COLOURS["quiet"])
        for label in results.peers[1:]:
            other = results.ratio(line, label)
            if other is not None:
                mark = axes.plot([other], [centre], linestyle="none", marker=marker(results, label), markersize=5.5,
                                 color=colour(results, label), markeredgecolor=COLOURS["fill"], markeredgewidth=0.8, zorder=4)[0]
                canvas.tip(mark, f"{line['name']}: {label} {times(other)} {results.base}")
    return canvas


def means(pyplot, results, width):
    """The geometric means: a group of bars per set."""
    narrow = width == NARROW
    names = [name for name in results.sets if any(results.mean(name, label)[0] for label in results.peers)]
    if not names:
        return None
    peers = results.peers
    row = 15 * len(peers) + (30 if narrow else 16)
    canvas = Canvas(pyplot, width, row * len(names) + 34)
    axes = canvas.axes[0]
    every = [results.mean(name, label)[0] for name in names for label in peers if results.mean(name, label)[0]]
    ratio_axis(axes, min(every), max(every) * (1.7 if narrow else 1.2), narrow)
    thick = 15 / row
    rows_axis(axes, names, narrow, len(peers) * thick / 2 - 0.14)
    for place, name in enumerate(names):
        for index, label in enumerate(peers):
            mean, count = results.mean(name, label)
            centre = place + (index - (len(peers) - 1) / 2) * thick + (0.14 if narrow else 0)
            if mean is None:
                continue
            bar = axes.barh(centre, mean - 1, left=1, height=thick * 0.84, color=colour(results, label), zorder=2)[0]
            canvas.tip(bar, f"{name}: {label} {times(mean)} {results.base} over {count} lines")
            axes.annotate(times(mean), (max(mean, 1), centre), xytext=(4, 0), textcoords="offset points", va="center",
                          fontsize=SMALL)
    return canvas


def panels(pyplot, width, count, height, wanted):
    """A grid of small charts: a Canvas, and the axes that are used."""
    rows = -(-count // wanted)
    canvas = Canvas(pyplot, width, rows * height + 16, rows, wanted)
    for axes in canvas.axes[count:]:
        axes.set_visible(False)
    return canvas, canvas.axes[:count]


def warm_up(pyplot, results, lines, width):
    """How the time of an iteration falls while a process runs, per line and interpreter."""
    shown = [line for line in lines if any(series(line, label) for label in results.labels)]
    if not shown:
        return None
    narrow = width == NARROW
    canvas, every = panels(pyplot, width, len(shown), 122, 2 if narrow else 5)
    for line, axes in zip(shown, every):
        axes.set_title(line["name"], fontsize=SMALL if narrow else SMALL + 0.5)
        axes.set_xscale("log")
        axes.set_yscale("log")
        steady = (line["figures"].get(results.base) or {}).get("steady")
        for label in reversed(results.labels):
            points = series(line, label)
            if not points:
                continue
            reference = steady or points[-1][1]
            curve, = axes.plot([max(when, 1e-3) for when, _ in points], [taken / reference for _, taken in points],
                               color=colour(results, label), linewidth=1.5)
            canvas.tip(curve, f"{line['name']}: {label}, first iteration {seconds(points[0][1])}, last {seconds(points[-1][1])}")
        first, last = (max(when, 1e-3) for when in axes.dataLim.intervalx)
        spread = max(1.5, (40 / (last / first)) ** 0.5)
        axes.set_xlim(first / spread, last * spread)
        ticks = [(1e-3, "1 ms"), (1e-2, "10 ms"), (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (100, "100 s")]
        ticks = [tick for tick in ticks if first / spread <= tick[0] <= last * spread]
        ticks = ticks[::2] if len(ticks) > 3 else ticks
        axes.set_xticks([when for when, _ in ticks], [text for _, text in ticks])
        axes.xaxis.set_ticks([], minor=True)
        low, high = axes.get_ylim()
        decades(axes, min(low, 0.4), max(high, 2.5))
        axes.tick_params(labelsize=SMALL - 0.5)
    return canvas


def series(line, label):
    """(seconds since the start, seconds of one operation) of the line's first benchmark in its first sound process, thinned."""
    one = line["figures"].get(label)
    if not one or one["failure"]:
        return []
    for run in one["runs"]:
        for found in run["series"]:
            points = list(zip(found["ends"], found["times"]))
            # Equal steps on a logarithmic axis: early iterations all, later ones as the median of their neighbours.
            kept, index = [], 0
            while index < len(points):
                step = max(1, index // 12)
                group = sorted(points[index:index + step], key=lambda point: point[1])
                kept.append((points[min(index + step // 2, len(points) - 1)][0], group[len(group) // 2][1]))
                index += step
            return kept
    return []


def decades(axes, low, high):
    """A logarithmic vertical axis with two to four ticks."""
    axes.set_ylim(low, high)
    values = [10.0 ** n for n in range(-4, 6)]
    if high / low < 30:
        values = sorted(values + [3 * value for value in values])
    inside = [value for value in values if low <= value <= high]
    inside = inside[::-(-len(inside) // 4)] if len(inside) > 4 else inside
    axes.set_yticks(inside, [f"{value:g}×" for value in inside])
    axes.yaxis.set_ticks([], minor=True)


def scaling(pyplot, results, width):
    """Speed-up over threads for each loop, with the line of perfect scaling."""
    names = list(results.scaling)
    shown = [name for name in names if any(len(points) > 1 for points in results.scaling[name].values())]
    if not shown:
        return None
    narrow = width == NARROW
    most = max(int(count) for name in shown for points in results.scaling[name].values() for count in points)
    top = max([most] + [value for name in shown for points in results.scaling[name].values() for value in points.values()])
    canvas, every = panels(pyplot, width, len(shown), 104, 2 if narrow else 6)
    for name, axes in zip(shown, every):
        axes.set_title(name.removeprefix("parallel_") + (" (program)" if name.startswith("parallel_") else ""),
                       fontsize=SMALL - 0.5)
        axes.plot([1, most], [1, most], color=COLOURS["quiet"], linewidth=1, linestyle=(0, (3, 3)))
        for label in reversed(results.labels):
            points = sorted((int(count), value) for count, value in results.scaling[name].get(label, {}).items())
            if len(points) > 1:
                curve, = axes.plot(*zip(*points), color=colour(results, label), marker=marker(results, label), markersize=3.5)
                canvas.tip(curve, f"{name}: {label}, " + ", ".join(f"{count} threads {times(value)}, {value / count:.0%} per core"
                                                                   for count, value in points if count > 1))
        counts = [count for count in (1, 2, 4, 8, 16, 32, 64) if count < most * 0.8] + [most]
        axes.set_xticks(counts)
        axes.set_xlim(1 - 0.08 * most, most * 1.06)
        axes.set_ylim(0, min(top, most * 1.5) * 1.05)
        axes.set_yticks(counts)
        axes.tick_params(labelsize=SMALL - 0.5)
    return canvas


def pauses(pyplot, results, lines, width):
    """How many requests took how long: a histogram per interpreter, in powers of two, on a logarithmic scale of counts."""
    shown = [(line, label) for line in lines for label in results.labels if (line["figures"].get(label) or {}).get("waits")]
    if not shown:
        return None
    narrow = width == NARROW
    filled = [index for line, label in shown for index, count in enumerate(line["figures"][label]["waits"]) if count]
    low, high = min(filled) - 1, max(filled) + 1
    canvas, every = panels(pyplot, width, len(shown), 128, 2 if narrow else len(results.labels))
    for (line, label), axes in zip(shown, every):
        counts = line["figures"][label]["waits"]
        total = sum(counts)
        axes.set_title(f"{label}\n{line['name'].removeprefix('pauses_').replace('_', ' ')}", fontsize=SMALL)
        axes.set_yscale("log")
        for index, count in enumerate(counts):
            if count:
                bar = axes.bar(index - 0.5, count / total * 100, width=0.86, bottom=0, color=colour(results, label))[0]
                canvas.tip(bar, f"{label}: {count} of {total} requests took {seconds(2 ** (index - 1) / 1e9)} "
                                f"to {seconds(2 ** index / 1e9)}")
        axes.set_xlim(low, high)
        axes.set_ylim(100 / 2e6, 150)
        axes.set_yticks([100, 1, 0.01, 0.0001], ["all", "1 in 100", "1 in 10⁴", "1 in 10⁶"])
        axes.yaxis.set_ticks([], minor=True)
        ticks = [(10, "1 µs"), (20, "1 ms"), (30, "1 s")] if narrow else [(10, "1 µs"), (15, "33 µs"), (20, "1 ms"), (25, "34 ms"),
                                                                          (30, "1 s")]
        axes.set_xticks([place for place, _ in ticks if low <= place <= high], [text for place, text in ticks if low <= place <= high])
        axes.tick_params(labelsize=SMALL - 0.5)
    return canvas


def history(pyplot, results, points, width):
    """The geometric mean of each set over the commits measured."""
    if not points:
        return None
    narrow = width == NARROW
    canvas, every = panels(pyplot, width, len(points), 130, 1 if narrow else 3)
    for (name, found), axes in zip(points.items(), every):
        values = [value for _, _, value in found]
        axes.set_title(name)
        axes.set_yscale("log")
        axes.axhline(1, color=COLOURS["quiet"], linewidth=1)
        axes.plot(range(len(found)), values, color=COLOURS["c0"])
        for place, (commit, when, value) in enumerate(found):
            dot = axes.plot([place], [value], marker="o", markersize=5, color=COLOURS["c0"])[0]
            canvas.tip(dot, f"{commit}, {when[:16].replace('T', ' ')}: {times(value)} {results.base}")
        axes.set_ylim(min(*values, 0.8) / 1.1, max(*values, 1.3) * 1.2)
        low, high = axes.get_ylim()
        ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low <= tick <= high]
        axes.set_yticks(ticks, [f"{tick:g}×" for tick in ticks])
        axes.yaxis.set_ticks([], minor=True)
        axes.set_xlim(-0.4, len(found) - 0.6)
        step = max(1, -(-len(found) // 4))
        places = list(range(0, len(found), step))
        axes.set_xticks(places, [found[place][0] for place in places])
        axes.tick_params(axis="x", labelsize=SMALL - 0.5)
    return canvas
