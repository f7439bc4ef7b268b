"""The objects that site adds to the built-ins: exit, quit, copyright, credits, license and help."""

import sys


class Quitter:
    """Ends the program when called; shows how to do that when typed without the parentheses."""

    def __init__(self, name, eof):
        self.name = name
        self.eof = eof

    def __repr__(self):
        return f'Use {self.name}() or {self.eof} to exit'

    def __call__(self, code=None):
        # Programs that run code for the user may catch the exit, and look at whether there is still input.
        try:
            sys.stdin.close()
        except:
            pass
        raise SystemExit(code)


class _Printer:
    """Shows a text: the first of some files that can be read, else what was given. Long ones are paged when called."""

    MAXLINES = 23

    def __init__(self, name, data, files=(), dirs=()):
        import os
        self.__name = name
        self.__data = data
        self.__lines = []
        self.__candidates = [os.path.join(folder, file) for folder in dirs for file in files]

    def __load(self):
        if self.__lines:
            return
        text = self.__data
        for candidate in self.__candidates:
            try:
                with open(candidate, encoding='utf-8') as file:
                    text = file.read() or text
                break
            except OSError:
                continue
        self.__lines = text.split('\n')

    def __repr__(self):
        self.__load()
        if len(self.__lines) > self.MAXLINES:
            return f'Type {self.__name}() to see the full {self.__name} text'
        return '\n'.join(self.__lines)

    def __call__(self):
        self.__load()
        text = '\n'.join(self.__lines)
        try:
            from _pyrepl.pager import get_pager
        except ImportError:
            print(self.__name)
            print(text)
        else:
            get_pager()(text, title=self.__name)


class _Helper:
    """The built-in help: pydoc's, brought in when it is first needed.

    help() starts an interactive session, help(thing) describes the thing.
    """

    def __repr__(self):
        return 'Type help() for interactive help, or help(object) for help about object.'

    def __call__(self, *args, **kwds):
        import pydoc
        return pydoc.help(*args, **kwds)
