"""What sysconfig reads on this kind of machine."""

from _taipan_build import build_time_vars
