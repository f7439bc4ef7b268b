"""Dates and times: random values through every operator and text form, and the errors' texts."""
import copy
import datetime as D
import pickle
import random
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

random.seed(20)


def shown(f, *args, **kwargs):
    try:
        return repr(f(*args, **kwargs))
    except Exception as e:
        return f"{type(e).__name__}: {e}"


class Zone(tzinfo):
    """Two hours ahead in the first half of the year, one in the second."""

    def utcoffset(self, dt):
        return timedelta(hours=1) + self.dst(dt)

    def dst(self, dt):
        return timedelta(hours=1 if dt is not None and dt.month < 7 and not dt.fold else 0)

    def tzname(self, dt):
        return "50%"

    def __repr__(self):
        return "Zone()"


class Day(date):
    pass


class Stamp(datetime):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls, *args, **kwargs)


zones = [None, UTC, Zone(), timezone(timedelta(hours=-5, minutes=-30)), timezone(timedelta(seconds=1, microseconds=5), "A")]


def a_delta():
    return timedelta(random.randint(-800, 800), random.randint(-90000, 90000), random.randint(-(10**7), 10**7))


def a_datetime(cls=datetime):
    return cls(
        random.randint(2, 9998),
        random.randint(1, 12),
        random.randint(1, 28),
        random.randint(0, 23),
        random.randint(0, 59),
        random.randint(0, 59),
        random.choice([0, 1000, random.randint(0, 999999)]),
        random.choice(zones),
        fold=random.randint(0, 1),
    )


for i in range(60):
    x, y, d, e = a_datetime(), a_datetime(Stamp), a_delta(), a_delta()
    print(i, repr(x), str(y), d, repr(e))
    print(shown(lambda: x + d), shown(lambda: y - e), shown(lambda: x - y), shown(lambda: x < y), x == y)
    print(d + e, d - e, d * 7, shown(lambda: d // e), shown(lambda: d % e), shown(lambda: divmod(d, e)), shown(lambda: d / e))
    print(d * 0.37, d / 3, shown(lambda: d / 0.7), d // 11, -d, abs(d), d.total_seconds(), d < e, d == e)
    print(x.isoformat(), x.isoformat(" ", "milliseconds"), x.date().isocalendar(), x.toordinal(), x.weekday(), x.timetuple()[:])
    print(x.utctimetuple()[:], shown(x.astimezone, UTC) if x.tzinfo else None, x.timetz(), x.time(), x.ctime())
    print(x.strftime("%Y|%F|%G-%V|%H:%M:%S.%f|%z|%:z|%Z|%%|%j"), x.time().strftime("%H %f %z"), f"{x.date():%d.%m.%C}")
    for protocol in range(6):
        for v in (x, y, d, x.date(), x.timetz()):
            copied = pickle.loads(pickle.dumps(v, protocol)) if not isinstance(getattr(v, "tzinfo", None), Zone) else copy.copy(v)
            assert type(copied) is type(v) and copied.replace(tzinfo=None) == v.replace(tzinfo=None) if hasattr(v, "tzinfo") else copied == v
    if not isinstance(x.tzinfo, Zone):
        assert datetime.fromisoformat(x.isoformat()) == x
    assert date.fromordinal(x.toordinal()) == x.date()
    assert date.fromisocalendar(*x.isocalendar()) == x.date()

for text in """2020-01-02 20200102 2020-W01-4 2020W014 2020W01 2020-W01 2020-W54 2020-W01-8 2020-1-1 2020-01-02T 2020-01-02T03
2020-01-02T03:04:05,6 20200102T030405.1234567 2020-01-02x03:04:05+01 2020-01-02T03:04:05-01:30:15.5 2020-01-02T03:0405
2020-01-02T24:00 9999-12-31T24 2020-01-02T03Z 2020-01-02T03Zx 2020-W01T10 2020W01510 2020W0151011 2020-W01-5-10 2020-W01-10
2020-01-02T03:04:05+0130 2020-01-02T03:04:05+ 2020-01-02T03:04:05+01:60 2020-01-02T03:04.5 2020-01-02T03:04:05. 2020-13-45
2020-01-02T03:04:05.+01:00 2020-02-30T24 2020-01-02T03:04:05+00:00:00.000001 2020W01 2020W016T10 ２０２０-01-02""".split():
    print(text, shown(datetime.fromisoformat, text), shown(date.fromisoformat, text))
for text in "1 12 12:3 12:30 1230 T12 12:30:45.1 123045,123456789 24:00 24:01 25 12Z 12+1 12+01:02 12-00:00 12:30:45:1 12.5".split():
    print(text, shown(time.fromisoformat, text))
print(Day(2020, 1, 1) + timedelta(3), type(Day(2020, 1, 1) + timedelta(3)).__name__, type(Day.today()).__name__, repr(Day(1, 2, 3)))
print(shown(Day(2020, 1, 1).replace, month=13), shown(copy.replace, Day(2020, 1, 1), month=12), shown(copy.replace, time(1), fold=1))
print(datetime.combine(date(1, 2, 3), time(4, 5, tzinfo=UTC)), datetime.combine(date(1, 2, 3), time(4, 5, tzinfo=UTC), None))
print(datetime.fromtimestamp(1e9, UTC), datetime.fromtimestamp(-1.5, UTC), datetime.fromtimestamp(0.0000005, UTC), datetime.fromtimestamp(2.5e-6, UTC))
print(datetime(2020, 1, 1, tzinfo=UTC).timestamp(), datetime.max.replace(tzinfo=UTC).timestamp(), timedelta.max.total_seconds())
print(timedelta(weeks=1.5, hours=-0.25, milliseconds=1.0005, microseconds=0.5), timedelta(microseconds=1.5), timedelta(microseconds=2.5))
print(timedelta(seconds=1e-7) * 10**6, timedelta.resolution / 2, 3 * timedelta.resolution / 2, timedelta(1) // 10**50, -timedelta(1) // 10**50)
print(timedelta.min, timedelta.max, date.min, date.max, time.min, time.max, datetime.min, datetime.max, timezone.min, timezone.max)
print(hash(timedelta(1)) == hash(timedelta(hours=24)), hash(datetime(1, 1, 2, tzinfo=UTC)) == hash(datetime(1, 1, 2, 1, tzinfo=timezone(timedelta(hours=1)))))
for f, args in [
    (date, ()), (date, (0, 1, 1)), (date, (1, 13, 1)), (date, (2021, 2, 29)), (date, ("a", 1, 1)), (datetime, (1, 1, 1, 24)),
    (time, (0, 60)), (timedelta, (10**9,)), (timedelta, ("x",)), (timedelta, (float("nan"),)), (timezone, (timedelta(1),)),
    (timezone, (1,)), (datetime, (1, 1, 1, 1, 1, 1, 1, 3)), (date.fromordinal, (0,)), (date.fromisocalendar, (2021, 53, 1)),
    (datetime.strptime, ("2020", "%Y-%m")), (datetime.strptime, ("2020-05 +0130", "%Y-%m %z")), (date.strptime, ("5/2020", "%m/%Y")),
    (datetime.now, (3,)), (date(1, 1, 1).__add__, (timedelta(-1),)), (tzinfo().utcoffset, (None,)), (UTC.utcoffset, (3,)),
    (Zone().fromutc, (datetime(2020, 1, 1),)), (lambda: date(1, 1, 1) < datetime(1, 1, 1), ()), (lambda: timedelta(1) + 1, ()),
    (lambda: datetime(1, 1, 1) - datetime(1, 1, 1, tzinfo=UTC), ()), (lambda: time(1) < time(1, tzinfo=UTC), ()),
    (lambda: type("X", (timezone,), {}), ()), (lambda: D.date.max + timedelta(1), ()),
]:
    print(shown(f, *args))
