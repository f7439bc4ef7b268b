"""Facts about how the program was built, for sysconfig: the variables that CPython takes from its Makefile and pyconfig.h.

There is no C interface and so nothing to compile extension modules against: compilers and their flags are not among them.
"""

import sys

_machine = sys.implementation._multiarch.partition('-')[0]
_version = '{}.{}'.format(*sys.version_info)
_nodot = '{}{}'.format(*sys.version_info)

build_time_vars = {
    'prefix': sys.base_prefix,
    'exec_prefix': sys.base_exec_prefix,
    'host_prefix': sys.base_prefix,
    'host_exec_prefix': sys.base_exec_prefix,
    'ABIFLAGS': sys.abiflags,
    'ABI_THREAD': 't',
    'BINDIR': f'{sys.base_exec_prefix}/bin',
    'BINLIBDEST': sys._stdlib_dir,
    'BUILD_GNU_TYPE': f'{_machine}-unknown-linux-gnu',
    'EXE': '',
    'EXT_SUFFIX': f'.{sys.implementation.cache_tag}t-{sys.implementation._multiarch}.so',
    'HAVE_FORK': 1,
    'HAVE_FORKPTY': 1,
    'HAVE_GETRANDOM': 1,
    'HAVE_MREMAP': 1,
    'HAVE_PTHREAD_H': 1,
    'HAVE_SEM_OPEN': 1,
    'HAVE_VFORK': 1,
    'HOST_GNU_TYPE': f'{_machine}-unknown-linux-gnu',
    'LDVERSION': _version + sys.abiflags,
    'LIBDEST': sys._stdlib_dir,
    'LIBDIR': f'{sys.base_exec_prefix}/lib',
    'MACHDEP': sys.platform,
    'MULTIARCH': sys.implementation._multiarch,
    'Py_DEBUG': 0,
    'Py_ENABLE_SHARED': 0,
    'Py_GIL_DISABLED': 1,
    'PY_BUILTIN_MODULE_CFLAGS': '',
    'PYTHONPATH': '',
    'SCRIPTDIR': f'{sys.base_prefix}/lib',
    'SHLIB_SUFFIX': '.so',
    'SIZEOF_INT': 4,
    'SIZEOF_LONG': 8,
    'SIZEOF_LONG_LONG': 8,
    'SIZEOF_SIZE_T': 8,
    'SIZEOF_TIME_T': 8,
    'SIZEOF_VOID_P': 8,
    'SIZEOF_WCHAR_T': 4,
    'SOABI': f'{sys.implementation.cache_tag}t-{sys.implementation._multiarch}',
    'TZPATH': '/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo',
    'VERSION': _version,
    'VPATH': '',
    'WITH_DECIMAL_CONTEXTVAR': 1,
    'WITH_DOC_STRINGS': 1,
    'WITH_PYMALLOC': 0,
    'py_version_nodot': _nodot,
}
