"""Matplotlib, fetched by pip into target/bench, and what makes its SVG part of a page: colours that follow the page's light or
dark scheme, the page's own typeface, a tooltip on whatever has one."""

import io
import platform
import re
import sys
import xml.etree.ElementTree as tree

from harness import prepare

REQUIREMENT = "matplotlib>=3.10,<3.12"
SVG = "http://www.w3.org/2000/svg"
LINK = "http://www.w3.org/1999/xlink"

# Drawn with these, shown with the CSS variable of the same name: an SVG in a page takes part in its cascade.
COLOURS = {"text": "#010101", "quiet": "#020202", "grid": "#030303", "bad": "#040404", "fill": "#050505",
           "c0": "#0a0a01", "c1": "#0a0a02", "c2": "#0a0a03", "c3": "#0a0a04", "c4": "#0a0a05"}
SERIES = ["c0", "c1", "c2", "c3", "c4"]
MARKERS = ["o", "D", "s", "^", "v"]


def load(download=True):
    """The module matplotlib.pyplot, set up for drawing without a screen. Raises prepare.Unavailable."""
    tag = f"{platform.python_implementation().lower()}{sys.version_info[0]}{sys.version_info[1]}"
    place = prepare.folder() / f"plotting-{tag}"
    if not place.is_dir():
        if not download:
            raise prepare.Unavailable("Matplotlib is not there yet")
        try:
            prepare.install(REQUIREMENT, place)
        except prepare.Unavailable as error:
            raise prepare.Unavailable(f"Matplotlib cannot be fetched: {error}") from None
    sys.path.insert(0, str(place))
    try:
        import matplotlib
    except ImportError as error:
        raise prepare.Unavailable(f"Matplotlib does not load in this interpreter ({error}); run bench/report with CPython") from None
    matplotlib.use("svg")
    from matplotlib import pyplot
    text, quiet = COLOURS["text"], COLOURS["quiet"]
    pyplot.rcParams.update({
        "svg.fonttype": "none", "svg.hashsalt": "taipan", "figure.dpi": 72, "savefig.dpi": 72, "font.size": 11,
        "font.family": "DejaVu Sans", "text.color": text, "axes.labelcolor": quiet, "axes.edgecolor": COLOURS["grid"],
        "axes.titlecolor": text, "axes.titlesize": 11, "axes.labelsize": 10.5, "xtick.color": quiet, "ytick.color": quiet,
        "xtick.labelsize": 10, "ytick.labelsize": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
        "grid.color": COLOURS["grid"], "grid.linewidth": 0.8, "axes.axisbelow": True, "figure.facecolor": "none",
        "axes.facecolor": "none", "savefig.facecolor": "none", "savefig.transparent": True, "lines.linewidth": 1.6,
        "axes.titlelocation": "left", "axes.titlepad": 5, "xtick.major.size": 0, "ytick.major.size": 0, "xtick.minor.size": 0,
        "ytick.minor.size": 0, "path.simplify": True, "axes.unicode_minus": False})
    return pyplot


class Canvas:
    """A figure in pixels that ends as SVG text for the page."""

    count = 0

    def __init__(self, pyplot, width, height, rows=1, columns=1, **layout):
        self.width, self.height = width, height
        self.figure, axes = pyplot.subplots(rows, columns, figsize=(width / 72, height / 72), squeeze=False, layout="constrained",
                                            **layout)
        self.figure.get_layout_engine().set(w_pad=5 / 72, h_pad=4 / 72)
        self.axes = list(axes.flat)
        self.pyplot = pyplot
        self.tips = {}

    def tip(self, artist, text):
        """Show the text when the pointer rests on the artist."""
        name = f"tip{len(self.tips)}"
        artist.set_gid(name)
        self.tips[name] = text

    def svg(self, label):
        """The SVG element, with `label` for those who cannot see it."""
        buffer = io.StringIO()
        self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        self.pyplot.close(self.figure)
        tree.register_namespace("", SVG)
        tree.register_namespace("xlink", LINK)
        root = tree.fromstring(buffer.getvalue())
        for parent in list(root.iter()):
            for child in list(parent):
                if child.tag.endswith("}metadata"):
                    parent.remove(child)
        for element in root.iter():
            if element.get("id") in self.tips:
                title = tree.Element(f"{{{SVG}}}title")
                title.text = self.tips[element.get("id")]
                element.insert(0, title)
        Canvas.count += 1
        self._names(root, f"s{Canvas.count}-")
        for name in ("width", "height"):
            root.attrib.pop(name, None)
        root.set("role", "img")
        root.set("aria-label", label)
        root.set("style", f"max-width:{self.width}px")
        text = tree.tostring(root, encoding="unicode")
        for name, colour in COLOURS.items():
            text = text.replace(colour, f"var(--{name})")
        text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text)
        text = re.sub(r"(font-size: [\d.]+px); font-family: [^;\"]*", r"\1", text)
        return re.sub(r"(\d+\.\d\d)\d+", r"\1", text)

    @staticmethod
    def _names(root, prefix):
        """Ids are unique in a page: keep those that are referred to, under a prefix of this picture, and drop the rest."""
        link = f"{{{LINK}}}href"
        used = set()
        for element in root.iter():
            for key, value in element.attrib.items():
                if key == link:
                    used.add(value[1:])
                used.update(re.findall(r"url\(#([^)]+)\)", value))
        for element in root.iter():
            for key, value in list(element.attrib.items()):
                if key == "id":
                    if value in used:
                        element.set("id", prefix + value)
                    else:
                        del element.attrib["id"]
                elif key == link:
                    element.set(key, "#" + prefix + value[1:])
                elif "url(#" in value:
                    element.set(key, value.replace("url(#", "url(#" + prefix))
