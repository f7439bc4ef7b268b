"""Adds up runs into the figures of a line, judges results against the base, and prints the table."""

import math
import statistics

from harness.lines import OUT_OF_MEANS
from support import terminal


def geometric_mean(values):
    """The geometric mean of positive numbers, None of none."""
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


class Figures:
    """What one interpreter did on one line, over all its runs."""

    def __init__(self, runs):
        self.runs = runs
        self.failure = next((run.failure for run in runs if run.failure), None)
        self.by_bench = {}
        for run in runs:
            for series in run.series:
                if series.times:
                    self.by_bench.setdefault(series.name, []).append(series)
        if not self.by_bench and self.failure is None:
            self.failure = "nothing measured"
        self.steady = self.spread = self.first = self.warm = None
        if self.by_bench:
            self._add_up()
        peaks = [run.peak for run in runs if run.peak]
        self.peak = statistics.median(peaks) if peaks else None
        told = [run.collector for run in runs if run.collector]
        # The worst of the pauses, as a bound on them is what counts.
        self.pause = max((one["pause_max"] for one in told), default=None)
        self.share = statistics.median(one["share"] for one in told) if told else None
        # Of each process the second half, where compiled code is there and structures have their size.
        speedups = [value for run in runs if run.speedups for value in run.speedups[len(run.speedups) // 2:]]
        self.speedup = statistics.median(speedups) if speedups else None
        waits = [run.waits for run in runs if run.waits]
        self.waits = [sum(counts) for counts in zip(*waits)] if waits else None

    def _add_up(self):
        steadies, spreads, firsts, warms = [], [], [], []
        for group in self.by_bench.values():
            steady = statistics.median(series.steady() for series in group)
            settled = sorted(time for series in group for time in series.settled())
            low, high = settled[len(settled) // 4], settled[-1 - len(settled) // 4]
            steadies.append(steady)
            spreads.append((high - low) / steady if steady else 0.0)
            firsts.append(statistics.median(series.times[0] for series in group))
            warms.append(statistics.median(series.warm_after(steady) for series in group))
        self.steady = geometric_mean(max(value, 1e-12) for value in steadies)
        self.spread = max(spreads)
        self.first = geometric_mean(max(value, 1e-12) for value in firsts)
        self.warm = sum(warms)

    def results(self):
        """What the line computed: per benchmark the first and last result, the checks, the text it printed."""
        found = {}
        for run in self.runs:
            for series in run.series:
                if series.first_result is not None:
                    found.setdefault(("first result of", series.name), set()).add(series.first_result)
                    found.setdefault(("last result of", series.name), set()).add(series.last_result)
            for index, check in enumerate(run.checks):
                found.setdefault(("check", str(index)), set()).add(check)
            found.setdefault(("printed text", ""), set()).add(run.output)
        return found

    def compare(self, base):
        """The first result that differs from the base's, where the base itself always gives the same."""
        if self.failure or base.failure:
            return
        mine, theirs = self.results(), base.results()
        for key, values in theirs.items():
            if len(values) == 1 and None not in values and mine.get(key) != values:
                self.failure = f"wrong result ({' '.join(key).strip()})"
                return

    def to_json(self):
        """Everything measured, for the report."""
        return {
            "failure": self.failure, "steady": self.steady, "spread": self.spread, "first": self.first, "warm": self.warm,
            "peak": self.peak, "pause_max": self.pause, "collector_share": self.share,
            "waits": self.waits, "speedup": self.speedup, "stderr": next((run.stderr for run in self.runs if run.failure), ""),
            "runs": [{"peak": run.peak, "failure": run.failure, "checks": run.checks,
                      "series": [{"bench": series.name, "times": series.times, "loops": series.loops,
                                  "starts": series.starts, "ends": series.ends, "first_result": series.first_result,
                                  "last_result": series.last_result} for series in run.series]}
                     for run in self.runs],
        }


def seconds(value, exact=True):
    """A time for people: three digits and a unit."""
    if value is None:
        return "–"
    if value < 1e-5 and not exact:
        return "0 s"
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if value >= scale or unit == "ns":
            number = value / scale
            return f"{number:.0f} {unit}" if number >= 100 else f"{number:.1f} {unit}" if number >= 10 else f"{number:.2f} {unit}"
    return ""


def megabytes(value):
    return "–" if value is None else f"{value / 2**20:.0f} MB"


def table(lines, labels, base, figures):
    """The lines of the printed table. `figures` maps (line name, label) to Figures; a missing one was not measured."""
    width = max([len(line.name) for line in lines] + [12])
    rows = []
    for current in dict.fromkeys(line.set for line in lines):
        members = [line for line in lines if line.set == current]
        rows.append("")
        rows.append(terminal.colour(f"── {current} ", "bold") + "─" * 60)
        for line in members:
            reference = figures.get((line.name, base))
            for label in labels:
                one = figures.get((line.name, label))
                if one is None:
                    continue
                head = f"{line.name:<{width}}" if label == labels[0] else " " * width
                if one.failure:
                    rows.append(f"{head}  {label:<22.22} {terminal.colour('FAILED', 'red')} {one.failure}")
                    continue
                ratio = ""
                if reference is not None and not reference.failure and reference.steady and label != base:
                    value = reference.steady / one.steady
                    ratio = terminal.colour(f"{value:6.2f}×", "green" if value >= 1 else "red")
                if one.pause is not None:
                    ratio += f"  pauses to {seconds(one.pause)}, {one.share:.0%} of the time"
                rows.append(f"{head}  {label:<22.22} {seconds(one.steady):>9} ±{one.spread * 50:3.0f}%  first {seconds(one.first):>9}"
                            f"  warm after {seconds(one.warm, exact=False):>9}  {megabytes(one.peak):>7}  {ratio}")
        rows += means(members, labels, base, figures)
        if current == "threads":
            rows += scaling(members, labels, figures, width)
    return rows


def set_means(members, labels, base, figures):
    """Per interpreter: geometric mean of the speed against the base, over how many of the lines, and how many failed."""
    found = {}
    for label in labels:
        ratios, failed = [], 0
        for line in members:
            one, reference = figures.get((line.name, label)), figures.get((line.name, base))
            if one is None:
                continue
            if one.failure:
                failed += 1
            elif reference is not None and not reference.failure and line.name not in OUT_OF_MEANS:
                ratios.append(reference.steady / one.steady)
        found[label] = {"mean": geometric_mean(ratios), "lines": len(ratios), "of": len(members), "failed": failed}
    return found


def means(members, labels, base, figures):
    rows = []
    for label, found in set_means(members, labels, base, figures).items():
        if label == base and not found["failed"]:
            continue
        mean = "–" if found["mean"] is None else f"{found['mean']:.2f}×"
        failed = f", {found['failed']} failed" if found["failed"] else ""
        rows.append(f"   geometric mean, {label} against {base}: {mean} over {found['lines']} of {found['of']} lines{failed}")
    return rows


def scaling_figures(members, labels, figures):
    """Per loop and interpreter: {threads: speed-up}, which over the number of threads is the efficiency per core."""
    found = {}
    for line in members:
        loop, _, count = line.name.partition("@")
        for label in labels:
            one = figures.get((line.name, label))
            if one and not one.failure and count.isdigit():
                value = 1.0 if count == "1" else one.speedup
                if value is not None:
                    found.setdefault(loop, {}).setdefault(label, {})[int(count)] = value
    return found


def scaling(members, labels, figures, width):
    rows = ["   speed-up by threads (time of one thread × n / time of n threads), and efficiency per core:"]
    found = scaling_figures(members, labels, figures)
    for loop, by_label in found.items():
        for label in labels:
            if label in by_label:
                pairs = "  ".join(f"{count}: {value:.2f} ({value / count:.0%})"
                                  for count, value in sorted(by_label[label].items()) if count > 1)
                rows.append(f"   {loop:<{width}} {label:<22.22} {pairs}")
    for label in labels:
        efficiencies = [scale[label][max(scale[label])] / max(scale[label]) for scale in found.values()
                        if label in scale and max(scale[label]) > 1]
        if efficiencies:
            rows.append(f"   {'geometric mean':<{width}} {label:<22.22} {geometric_mean(efficiencies):.0%} per core"
                        f" over {len(efficiencies)} loops")
    return rows
