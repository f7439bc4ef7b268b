"""Iterators for several threads: what `threading` has of them since Python 3.15.

Built-in iterators hand each item to exactly one thread by themselves. These are for the others: generators, which refuse a
second thread while they run, and iterators written in Python.
"""

from _thread import allocate_lock

__all__ = ["concurrent_tee", "serialize_iterator", "synchronized_iterator"]


class serialize_iterator:
    """An iterator over iterable whose calls are made one after the other.

    Threads that share it wait for each other, so the underlying iterator
    never runs in two of them at once and each item goes to one.  send(),
    throw() and close() of a generator take their turns, too.
    """

    __slots__ = ("_iterator", "_lock", "__weakref__")
    __module__ = "threading"

    def __init__(self, iterable, /):
        self._iterator = iter(iterable)
        self._lock = allocate_lock()

    def __iter__(self):
        return self

    def __next__(self):
        with self._lock:
            return next(self._iterator)

    def send(self, value, /):
        """Send a value to the generator, as its own method does."""
        with self._lock:
            return self._iterator.send(value)

    def throw(self, *args):
        """Raise an exception in the generator, as its own method does."""
        with self._lock:
            return self._iterator.throw(*args)

    def close(self):
        """Close the generator, as its own method does."""
        with self._lock:
            return self._iterator.close()


def synchronized_iterator(function, /):
    """Make a function that returns iterators return ones that threads can share.

    Mostly a decorator of generator functions: each result is wrapped by
    serialize_iterator.
    """
    from functools import wraps

    @wraps(function)
    def wrapper(*args, **kwargs):
        return serialize_iterator(function(*args, **kwargs))
    return wrapper


synchronized_iterator.__module__ = "threading"


class _Teed:
    """One of the iterators of concurrent_tee: a place in a chain of items that grows as they are taken from the source."""

    __slots__ = ("_iterator", "_source_lock", "_lock", "_link", "__weakref__")

    def __init__(self, iterator, source_lock, link):
        self._iterator = iterator
        self._source_lock = source_lock
        self._lock = allocate_lock()
        # A link is [] until its item is known, and then [item, next link].
        self._link = link

    def __iter__(self):
        return self

    def __next__(self):
        with self._lock:
            link = self._link
            if not link:
                with self._source_lock:
                    # Another of the iterators may have been faster.
                    if not link:
                        link.extend((next(self._iterator), []))
            item, self._link = link
            return item

    def __copy__(self):
        with self._lock:
            return _Teed(self._iterator, self._source_lock, self._link)


def concurrent_tee(iterable, n=2):
    """Return n independent iterators over the items of one iterable.

    Unlike with itertools.tee, what is taken from the iterable is taken by
    one thread at a time, so that each of the iterators may be used by any
    threads while others use the rest.
    """
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if n == 0:
        return ()
    if isinstance(iterable, _Teed):
        first = iterable.__copy__()
    else:
        first = _Teed(iter(iterable), allocate_lock(), [])
    return (first, *(first.__copy__() for _ in range(n - 1)))


concurrent_tee.__module__ = "threading"
