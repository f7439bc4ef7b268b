"""Reads result files of `bench/compare` for the report, and answers what the charts ask of them."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from harness.lines import OUT_OF_MEANS


class Unreadable(Exception):
    """A file is no result file."""


@dataclass
class Results:
    """One or several result files taken together: of a line that is in several, the last file's figures count."""

    sources: list
    labels: list
    base: str
    lines: list
    interpreters: dict
    scaling: dict = field(default_factory=dict)

    @property
    def newest(self):
        return self.sources[-1]

    @property
    def peers(self):
        """The interpreters that have ratios: all but the base."""
        return [label for label in self.labels if label != self.base]

    @property
    def subject(self):
        """The interpreter that the report is about: the first named."""
        return (self.peers or self.labels)[0]

    @property
    def sets(self):
        return list(dict.fromkeys(line["set"] for line in self.lines))

    def members(self, name):
        return [line for line in self.lines if line["set"] == name]

    def ratio(self, line, label):
        """How many times faster than the base, or None where one of them has no figure."""
        one, base = line["figures"].get(label), line["figures"].get(self.base)
        if not one or not base or one["failure"] or base["failure"]:
            return None
        return base["steady"] / one["steady"]

    def mean(self, name, label):
        """(geometric mean of the ratios in a set, how many lines have one)."""
        ratios = [ratio for line in self.members(name) if line["name"] not in OUT_OF_MEANS
                  and (ratio := self.ratio(line, label))]
        return geometric_mean(ratios), len(ratios)

    def failures(self):
        """(line, label, why) of everything that gave no figure."""
        return [(line, label, line["figures"][label]["failure"]) for line in self.lines for label in self.labels
                if label in line["figures"] and line["figures"][label]["failure"]]


def geometric_mean(values):
    """The geometric mean of positive numbers, None of none."""
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def read(path):
    """One result file. Raises Unreadable."""
    try:
        found = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: {error}") from None
    if not isinstance(found, dict) or found.get("format") != 1 or "lines" not in found:
        raise Unreadable(f"{path} is no result file of bench/compare")
    found["name"] = Path(path).name
    return found


def merge(sources):
    """The Results of several files in the order given."""
    labels, lines, interpreters, scaling = [], {}, {}, {}
    for source in sources:
        interpreters.update(source["interpreters"])
        labels += [label for label in source["interpreters"] if label not in labels]
        scaling.update(source.get("scaling", {}))
        for line in source["lines"]:
            lines[line["name"]] = {**line, "figures": {**lines.get(line["name"], {}).get("figures", {}), **line["figures"]}}
    base = sources[-1]["base"]
    labels = [label for label in labels if label != base] + [base]
    order = list(dict.fromkeys(line["set"] for line in lines.values()))
    return Results(sources, labels, base, sorted(lines.values(), key=lambda line: order.index(line["set"])), interpreters, scaling)


def history(folder, results):
    """Per set, in order of time: (commit, date, geometric mean of the subject against the base) from all result files of a folder.

    A file counts for a set when the same implementations were compared and at least half of the set's lines were measured.
    The mean is over the lines that this report has too, so that a longer list does not look like a change of speed.
    """
    kind = results.interpreters[results.subject].get("implementation")
    against = {key: results.interpreters[results.base].get(key) for key in ("implementation", "language")}
    known = {name: {line["name"] for line in results.members(name)} for name in results.sets}
    points = {name: [] for name in results.sets}
    for path in sorted(Path(folder).glob("*.json")):
        try:
            source = read(path)
        except Unreadable:
            continue
        one = merge([source])
        bases = [label for label, told in one.interpreters.items() if all(told.get(key) == value for key, value in against.items())]
        subjects = [label for label, told in one.interpreters.items()
                    if told.get("implementation") == kind and label not in bases and plain(told)]
        if not bases or not subjects:
            continue
        one.base = bases[0]
        for name in results.sets:
            ratios = [ratio for line in one.members(name) if line["name"] in known[name] - OUT_OF_MEANS
                      and (ratio := one.ratio(line, subjects[0]))]
            if ratios and len(ratios) * 2 >= len(known[name]):
                points[name].append((source["commit"][:7], source["started"], geometric_mean(ratios)))
    for name in points:
        points[name].sort(key=lambda point: point[1])
    return {name: found for name, found in points.items() if len(found) > 1}


def plain(told):
    """Whether an interpreter was started without options of its own, such as a switched-off compiler."""
    return not any(word.startswith("-") for word in told.get("command", [])[1:])
