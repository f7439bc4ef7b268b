"""What the test drivers and the benchmark driver share: interpreters by name, child processes with limits, a progress line.

Everything here runs under any Python from 3.11 on, with the standard library only.
"""
