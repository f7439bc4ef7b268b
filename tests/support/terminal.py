"""A progress line on a terminal, and plain lines elsewhere."""

import shutil
import sys
import threading


class Progress:
    """One line that is rewritten in place when standard error is a terminal; silent otherwise."""

    def __init__(self, total, stream=None):
        self.total = total
        self.done = 0
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.lock = threading.Lock()

    def show(self, text):
        """Say what is going on now."""
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            line = f"[{self.done}/{self.total}] {text}"
            with self.lock:
                self.stream.write("\r\x1b[K" + line[:width])
                self.stream.flush()

    def advance(self, text=""):
        """One more piece of work is done."""
        with self.lock:
            self.done += 1
        self.show(text)

    def clear(self):
        """Leave the line empty for ordinary output."""
        if self.live:
            with self.lock:
                self.stream.write("\r\x1b[K")
                self.stream.flush()


def colour(text, name, stream=None):
    """The text in a colour when the stream is a terminal."""
    codes = {"red": 31, "green": 32, "yellow": 33, "grey": 90, "bold": 1}
    stream = stream or sys.stdout
    return f"\x1b[{codes[name]}m{text}\x1b[0m" if stream.isatty() else text
