"""Data files of library packages where the library's folder is not on disk: importlib.resources over the image."""

import io
from importlib.resources.abc import Traversable, TraversableResources

import _imp


class ImagePath(Traversable):
    """A file or folder of the library, by its path."""

    def __init__(self, path):
        self._path = path

    @property
    def name(self):
        return self._path.rpartition('/')[2]

    def _children(self):
        return {file.partition('/')[0] for file in _imp.library_files(self._path)}

    def iterdir(self):
        for name in sorted(self._children()):
            yield ImagePath(f'{self._path}/{name}')

    def is_dir(self):
        return _imp.is_library_folder(self._path)

    def is_file(self):
        return _imp.library_data(self._path) is not None

    def joinpath(self, *descendants):
        parts = [part for d in descendants for part in str(d).split('/') if part]
        return ImagePath('/'.join([self._path, *parts]))

    __truediv__ = joinpath

    def read_bytes(self):
        data = _imp.library_data(self._path)
        if data is None:
            raise FileNotFoundError(2, 'No such file or directory', self._path)
        return data

    def read_text(self, encoding=None, errors=None):
        return self.read_bytes().decode(encoding or 'utf-8', errors or 'strict')

    def open(self, mode='r', *args, **kwargs):
        data = io.BytesIO(self.read_bytes())
        return data if 'b' in mode else io.TextIOWrapper(data, *args, **kwargs)

    def __str__(self):
        return self._path

    def __repr__(self):
        return f'ImagePath({self._path!r})'


class LibraryReader(TraversableResources):
    """The files beside a module of the library."""

    def __init__(self, path):
        self._folder = path.rpartition('/')[0]

    def files(self):
        return ImagePath(self._folder)
