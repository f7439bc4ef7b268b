"""Finder and loader for the folder of the standard library, whose modules the program carries in compiled form.

The library's folder is an entry of sys.path as in every Python, so modules of the program shadow the library's. What the
image has is taken from there without looking at the disk; files that somebody added to the folder are found as anywhere else.
The folder need not exist: the sources are in the image too.
"""

import _imp
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import (
    FileFinder, SourceFileLoader, _get_supported_file_loaders, _path_isdir, _path_isfile, _path_join)


class LibraryLoader(SourceFileLoader):
    """Loads a module of the library from the image."""

    def get_code(self, fullname):
        """Return the compiled module; compiles the source if assertions or docstrings are to be left out."""
        code = _imp.library_code(self.path)
        return super().get_code(fullname) if code is None else code

    def get_data(self, path):
        """Return what is in the file of this path, which may be in the image only."""
        try:
            return super().get_data(path)
        except FileNotFoundError:
            data = _imp.library_data(path)
            if data is None:
                raise
            return data

    def get_resource_reader(self, module):
        """Return a reader of the data files beside the module."""
        if _path_isfile(self.path):
            return super().get_resource_reader(module)
        from _library_resources import LibraryReader
        return LibraryReader(self.path)


class LibraryFinder:
    """Finds the modules in one folder of the library."""

    def __init__(self, path):
        self.path = path
        self._files = None

    def find_spec(self, fullname, target=None):
        """Return the spec of a module of this folder, or None."""
        name = fullname.rpartition('.')[2]
        found = _imp.find_library(self.path, name)
        if found is None:
            if not _imp.may_be_on_disk(self.path, name):
                return None
            if self._files is None:
                self._files = FileFinder(self.path, *_get_supported_file_loaders())
            return self._files.find_spec(fullname, target)
        path, is_package = found
        spec = ModuleSpec(fullname, LibraryLoader(fullname, path), origin=path, is_package=is_package)
        spec._set_fileattr = True
        if is_package:
            spec.submodule_search_locations.append(path.rpartition('/')[0])
        return spec

    def invalidate_caches(self):
        """Forget what was seen on the disk."""
        self._files = None

    def iter_modules(self, prefix=''):
        """Yield name and whether it is a package, for each module in the folder."""
        for file in sorted(_imp.library_files(self.path)):
            name, _, rest = file.partition('/')
            if rest == '__init__.py':
                yield prefix + name, True
            elif not rest and name.endswith('.py') and name != '__init__.py':
                yield prefix + name[:-3], False

    def __repr__(self):
        return f'LibraryFinder({self.path!r})'


def path_hook_for_library(path):
    """Path hook for the library's folders."""
    if not _imp.is_library_folder(path):
        raise ImportError('only folders of the library are supported', path=path)
    return LibraryFinder(path)


def path_hook_for_archives(path):
    """Stands for zipimport.zipimporter in sys.path_hooks until a path that is no folder comes by."""
    if _path_isdir(path):
        raise ImportError('not a Zip file', path=path)
    from zipimport import zipimporter
    try:
        sys.path_hooks[sys.path_hooks.index(path_hook_for_archives)] = zipimporter
    except ValueError:
        pass
    return zipimporter(path)


def _install():
    """Put the hooks before the one for ordinary folders."""
    sys.path_hooks[:0] = [path_hook_for_archives, path_hook_for_library]
