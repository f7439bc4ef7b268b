//! `time`: clocks, sleeping, calendar time in broken-down form.
//!
//! The C library does time zones and `strftime`; everything else is here.

use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::struct_seq::{self, Description};
use taipan_vm::ops::float_value;

pub struct Time;

static STRUCT_TIME: Description = Description {
    name: "time.struct_time",
    doc: "The time value as returned by gmtime(), localtime(), and strptime(), and\n accepted by asctime(), mktime() and strftime().  May be considered as a\n sequence of 9 integers.",
    fields: &[
        ("tm_year", "year, for example, 1993"),
        ("tm_mon", "month of year, range [1, 12]"),
        ("tm_mday", "day of month, range [1, 31]"),
        ("tm_hour", "hours, range [0, 23]"),
        ("tm_min", "minutes, range [0, 59]"),
        ("tm_sec", "seconds, range [0, 61])"),
        ("tm_wday", "day of week, range [0, 6], Monday is 0"),
        ("tm_yday", "day of year, range [1, 366]"),
        ("tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"),
        ("tm_zone", "abbreviation of timezone name"),
        ("tm_gmtoff", "offset from UTC in seconds"),
    ],
    visible: 9,
    callable: true,
};

const NANOS: i64 = 1_000_000_000;

fn zeroed_tm() -> libc::tm {
    // SAFETY: integers and a pointer that may be null.
    unsafe { std::mem::zeroed() }
}

fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn os_error(t: &Thread) -> Exc {
    ex::os_error(t, errno(), None)
}

/// A clock's reading in nanoseconds.
fn read_clock(t: &Thread, clock: i32) -> Result<i64> {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `ts` is ours.
    if unsafe { libc::clock_gettime(clock, &mut ts) } != 0 {
        return Err(os_error(t));
    }
    Ok(ts.tv_sec * NANOS + ts.tv_nsec)
}

fn clock_resolution(clock: i32) -> f64 {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `ts` is ours.
    match unsafe { libc::clock_getres(clock, &mut ts) } {
        0 => seconds(ts.tv_sec * NANOS + ts.tv_nsec),
        _ => 1e-9,
    }
}

/// Nanoseconds as seconds, rounded once.
fn seconds(ns: i64) -> f64 {
    if ns % NANOS == 0 { (ns / NANOS) as f64 } else { ns as f64 / 1e9 }
}

fn too_large(t: &Thread) -> Exc {
    t.overflow_error("timestamp out of range for platform time_t")
}

/// Whole seconds of a timestamp, rounded down.
fn to_time_t(t: &Thread, v: Value) -> Result<i64> {
    if let Some(x) = float_value(v) {
        if x.is_nan() {
            return Err(t.value_error("Invalid value NaN (not a number)"));
        }
        let x = x.floor();
        if !(-9.223_372_036_854_775_8e18..9.223_372_036_854_775_8e18).contains(&x) {
            return Err(too_large(t));
        }
        return Ok(x as i64);
    }
    let Some(i) = t.index_opt(v)? else {
        return Err(t.type_error(format!("'{}' object cannot be interpreted as an integer or float", class_of(v).name_string())));
    };
    t.int_value(i).and_then(|i| i.to_i64()).ok_or_else(|| too_large(t))
}

/// A duration or timestamp in nanoseconds, rounded away from zero.
fn to_nanoseconds(t: &Thread, v: Value) -> Result<i64> {
    let out = |t: &Thread| t.overflow_error("timestamp out of range for C PyTime_t");
    if let Some(x) = float_value(v) {
        if x.is_nan() {
            return Err(t.value_error("Invalid value NaN (not a number)"));
        }
        let ns = x * 1e9;
        let ns = if ns >= 0.0 { ns.ceil() } else { ns.floor() };
        if !(-9.223_372_036_854_775_8e18..9.223_372_036_854_775_8e18).contains(&ns) {
            return Err(out(t));
        }
        return Ok(ns as i64);
    }
    let Some(i) = t.index_opt(v)? else {
        return Err(t.type_error(format!("'{}' object cannot be interpreted as an integer or float", class_of(v).name_string())));
    };
    t.int_value(i).and_then(|i| i.to_i64()).and_then(|s| s.checked_mul(NANOS)).ok_or_else(|| out(t))
}

fn now_seconds(t: &Thread) -> Result<i64> {
    Ok(read_clock(t, libc::CLOCK_REALTIME)?.div_euclid(NANOS))
}

pub(crate) fn broken_down(t: &Thread, when: i64, local: bool) -> Result<libc::tm> {
    let mut tm = zeroed_tm();
    // SAFETY: both pointers are to locals.
    let ok = unsafe { if local { libc::localtime_r(&when, &mut tm) } else { libc::gmtime_r(&when, &mut tm) } };
    if ok.is_null() { Err(os_error(t)) } else { Ok(tm) }
}

/// The zone's name in a broken-down time.
pub(crate) fn zone_name(tm: &libc::tm) -> String {
    if tm.tm_zone.is_null() {
        return String::new();
    }
    // SAFETY: the C library's own string.
    unsafe { std::ffi::CStr::from_ptr(tm.tm_zone) }.to_string_lossy().into_owned()
}

fn struct_time(t: &Thread, tm: &libc::tm, zone: &str) -> Result<Value> {
    let numbers = [
        tm.tm_year + 1900,
        tm.tm_mon + 1,
        tm.tm_mday,
        tm.tm_hour,
        tm.tm_min,
        tm.tm_sec,
        (tm.tm_wday + 6) % 7,
        tm.tm_yday + 1,
        tm.tm_isdst,
    ];
    let mut values = [Value::NONE; 11];
    for (v, n) in values.iter_mut().zip(numbers) {
        *v = Value::small_int(i64::from(n));
    }
    values[9] = Str::from_str(t, zone)?.value();
    values[10] = t.int(tm.tm_gmtoff)?;
    struct_seq::new(t, &STRUCT_TIME, &values)
}

/// `seconds` argument of `gmtime` and the like: None means now.
fn when(t: &Thread, v: Option<Value>) -> Result<i64> {
    match v.filter(|v| !v.is_none()) {
        Some(v) => to_time_t(t, v),
        None => now_seconds(t),
    }
}

/// A time tuple as the C library has it.
fn from_tuple(t: &Thread, v: Value, function: &str) -> Result<libc::tm> {
    let Some(items) = v.downcast::<Tuple>() else { return Err(t.type_error("Tuple or struct_time argument required")) };
    if items.len() != 9 {
        return Err(t.type_error(format!("{function}(): illegal time tuple argument")));
    }
    let mut n = [0i32; 9];
    for (n, v) in n.iter_mut().zip(items.iter()) {
        let i = t.to_i64(v)?;
        *n = i32::try_from(i).map_err(|_| {
            t.overflow_error(if i > 0 { "signed integer is greater than maximum" } else { "signed integer is less than minimum" })
        })?;
    }
    let year = n[0].checked_sub(1900).ok_or_else(|| t.overflow_error("year out of range"))?;
    let mut tm = zeroed_tm();
    (tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec) = (year, n[1].wrapping_sub(1), n[2], n[3], n[4], n[5]);
    (tm.tm_wday, tm.tm_yday, tm.tm_isdst) = (n[6].wrapping_add(1) % 7, n[7].wrapping_sub(1), n[8]);
    if class_of(v) == struct_seq::class(t, &STRUCT_TIME)? {
        let gmtoff = t.get_attr(v, Str::intern_str(t, "tm_gmtoff")?)?;
        if !gmtoff.is_none() {
            tm.tm_gmtoff = t.to_i64(gmtoff)?;
        }
    }
    Ok(tm)
}

/// Brings a time tuple into the ranges that `asctime` and `strftime` can use; zeros stand for the first.
fn check_ranges(t: &Thread, tm: &mut libc::tm) -> Result<()> {
    if tm.tm_mon == -1 {
        tm.tm_mon = 0;
    } else if !(0..=11).contains(&tm.tm_mon) {
        return Err(t.value_error("month out of range"));
    }
    if tm.tm_mday == 0 {
        tm.tm_mday = 1;
    } else if !(0..=31).contains(&tm.tm_mday) {
        return Err(t.value_error("day of month out of range"));
    }
    if !(0..=23).contains(&tm.tm_hour) {
        return Err(t.value_error("hour out of range"));
    }
    if !(0..=59).contains(&tm.tm_min) {
        return Err(t.value_error("minute out of range"));
    }
    if !(0..=61).contains(&tm.tm_sec) {
        return Err(t.value_error("seconds out of range"));
    }
    if tm.tm_wday < 0 {
        return Err(t.value_error("day of week out of range"));
    }
    if tm.tm_yday == -1 {
        tm.tm_yday = 0;
    } else if !(0..=365).contains(&tm.tm_yday) {
        return Err(t.value_error("day of year out of range"));
    }
    Ok(())
}

fn ascii_time(tm: &libc::tm) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, month) = (DAYS[tm.tm_wday.rem_euclid(7) as usize], MONTHS[tm.tm_mon.rem_euclid(12) as usize]);
    let year = i64::from(tm.tm_year) + 1900;
    format!("{day} {month}{:3} {:02}:{:02}:{:02} {year}", tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec)
}

/// What one directive of `strftime` gives.
fn format_directive(directive: &str, tm: &libc::tm, out: &mut Vec<u32>) {
    // A mark in front tells an empty result from a buffer that is too small.
    let Ok(format) = std::ffi::CString::new(format!("+{directive}")) else { return };
    let mut size = 256;
    loop {
        let mut buffer = vec![0u8; size];
        // SAFETY: the buffer has `size` bytes; the format ends in NUL; `tm` is whole.
        let n = unsafe { libc::strftime(buffer.as_mut_ptr().cast(), size, format.as_ptr(), tm) };
        if n > 0 {
            out.extend(String::from_utf8_lossy(&buffer[1..n]).chars().map(u32::from));
            return;
        }
        if size > 1 << 20 {
            return;
        }
        size *= 4;
    }
}

fn clock_info(t: &Thread, implementation: &str, monotonic: bool, adjustable: bool, resolution: f64) -> Result<Value> {
    let values = [Value::bool(adjustable), Str::from_str(t, implementation)?.value(), Value::bool(monotonic), t.float(resolution)?];
    let mut names = [Value::NONE; 4];
    for (n, text) in names.iter_mut().zip(["adjustable", "implementation", "monotonic", "resolution"]) {
        *n = Str::intern_str(t, text)?.value();
    }
    let class = taipan_vm::modules::sys_types::SimpleNamespace::class();
    t.call_kw(class.value(), &values, Some(Tuple::new(t, &names)?))
}

/// Sets `timezone`, `altzone`, `daylight` and `tzname` from the offsets of this year's winter and summer.
fn set_zone(t: &Thread, m: Ref<Dict>) -> Result<()> {
    unsafe extern "C" {
        fn tzset();
    }
    // SAFETY: reads the environment, as every C program may.
    unsafe { tzset() };
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let first = now_seconds(t)? / YEAR * YEAR;
    let (a, b) = (broken_down(t, first, true)?, broken_down(t, first + YEAR / 2, true)?);
    let (winter, summer) = (-a.tm_gmtoff, -b.tm_gmtoff);
    // South of the equator, summer time is in January.
    let ((zone, name), (alt, alt_name)) = if winter < summer {
        ((summer, zone_name(&b)), (winter, zone_name(&a)))
    } else {
        ((winter, zone_name(&a)), (summer, zone_name(&b)))
    };
    let set = |name: &str, v: Value| m.set(t, Str::intern_str(t, name)?.value(), v);
    set("timezone", t.int(zone)?)?;
    set("altzone", t.int(alt)?)?;
    set("daylight", t.int(i64::from(winter != summer))?)?;
    set("tzname", (name, alt_name).into_value(t)?)
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "struct_time", struct_seq::class(t, &STRUCT_TIME)?.value())?;
    for (name, n) in [
        ("CLOCK_REALTIME", libc::CLOCK_REALTIME),
        ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC),
        ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW),
        ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID),
        ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID),
        ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME),
        ("CLOCK_TAI", libc::CLOCK_TAI),
        ("_STRUCT_TM_ITEMS", 11),
    ] {
        m.set(t, name, t.int(i64::from(n))?)?;
    }
    set_zone(t, m.dict())
}

/// This module provides various functions to manipulate time values.
///
/// There are two standard representations of time.  One is the number
/// of seconds since the Epoch, in UTC (a.k.a. GMT).  It may be an integer
/// or a floating-point number (to represent fractions of seconds).
/// The epoch is the point where the time starts, the return value of time.gmtime(0).
///
/// The other representation is a tuple of 9 integers giving local time.
#[pymodule(name = "time", init = init)]
impl Time {
    /// Return the current time in seconds since the Epoch.
    ///
    /// Fractions of a second may be present if the system clock provides them.
    #[py("($module, /)")]
    fn time(t: &Thread) -> Result<f64> {
        read_clock(t, libc::CLOCK_REALTIME).map(seconds)
    }
    /// Return the current time in nanoseconds since the Epoch.
    #[py("($module, /)")]
    fn time_ns(t: &Thread) -> Result<i64> {
        read_clock(t, libc::CLOCK_REALTIME)
    }
    /// Monotonic clock, cannot go backward.
    #[py("($module, /)")]
    fn monotonic(t: &Thread) -> Result<f64> {
        read_clock(t, libc::CLOCK_MONOTONIC).map(seconds)
    }
    /// Monotonic clock, cannot go backward, as nanoseconds.
    #[py("($module, /)")]
    fn monotonic_ns(t: &Thread) -> Result<i64> {
        read_clock(t, libc::CLOCK_MONOTONIC)
    }
    /// Performance counter for benchmarking.
    #[py("($module, /)")]
    fn perf_counter(t: &Thread) -> Result<f64> {
        read_clock(t, libc::CLOCK_MONOTONIC).map(seconds)
    }
    /// Performance counter for benchmarking as nanoseconds.
    #[py("($module, /)")]
    fn perf_counter_ns(t: &Thread) -> Result<i64> {
        read_clock(t, libc::CLOCK_MONOTONIC)
    }
    /// Process time for profiling: sum of the kernel and user-space CPU time.
    #[py("($module, /)")]
    fn process_time(t: &Thread) -> Result<f64> {
        read_clock(t, libc::CLOCK_PROCESS_CPUTIME_ID).map(seconds)
    }
    /// Process time for profiling as nanoseconds: sum of the kernel and user-space CPU time.
    #[py("($module, /)")]
    fn process_time_ns(t: &Thread) -> Result<i64> {
        read_clock(t, libc::CLOCK_PROCESS_CPUTIME_ID)
    }
    /// Thread time for profiling: sum of the kernel and user-space CPU time.
    #[py("($module, /)")]
    fn thread_time(t: &Thread) -> Result<f64> {
        read_clock(t, libc::CLOCK_THREAD_CPUTIME_ID).map(seconds)
    }
    /// Thread time for profiling as nanoseconds: sum of the kernel and user-space CPU time.
    #[py("($module, /)")]
    fn thread_time_ns(t: &Thread) -> Result<i64> {
        read_clock(t, libc::CLOCK_THREAD_CPUTIME_ID)
    }
    /// Return the time of the specified clock clk_id as a float.
    #[py("($module, clk_id, /)")]
    fn clock_gettime(t: &Thread, clk_id: i32) -> Result<f64> {
        read_clock(t, clk_id).map(seconds)
    }
    /// Return the time of the specified clock clk_id as nanoseconds (int).
    #[py("($module, clk_id, /)")]
    fn clock_gettime_ns(t: &Thread, clk_id: i32) -> Result<i64> {
        read_clock(t, clk_id)
    }
    /// Set the time of the specified clock clk_id.
    #[py("($module, clk_id, time, /)")]
    fn clock_settime(t: &Thread, clk_id: i32, time: Value) -> Result<()> {
        let ns = to_nanoseconds(t, time)?;
        Time::clock_settime_ns(t, clk_id, ns)
    }
    /// Set the time of the specified clock clk_id with nanoseconds.
    #[py("($module, clk_id, time, /)")]
    fn clock_settime_ns(t: &Thread, clk_id: i32, time: i64) -> Result<()> {
        let ts = libc::timespec { tv_sec: time.div_euclid(NANOS), tv_nsec: time.rem_euclid(NANOS) };
        // SAFETY: `ts` is ours.
        if unsafe { libc::clock_settime(clk_id, &ts) } != 0 { Err(os_error(t)) } else { Ok(()) }
    }
    /// Return the resolution (precision) of the specified clock clk_id.
    #[py("($module, clk_id, /)")]
    fn clock_getres(t: &Thread, clk_id: i32) -> Result<f64> {
        let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `ts` is ours.
        if unsafe { libc::clock_getres(clk_id, &mut ts) } != 0 {
            return Err(os_error(t));
        }
        Ok(ts.tv_sec as f64 + ts.tv_nsec as f64 * 1e-9)
    }
    /// Return the clk_id of a thread's CPU time clock.
    #[py("($module, thread_id, /)")]
    fn pthread_getcpuclockid(t: &Thread, thread_id: i64) -> Result<i64> {
        let mut clock = 0;
        // SAFETY: `clock` is ours; the identifier is the caller's promise, as in C.
        match unsafe { libc::pthread_getcpuclockid(thread_id as libc::pthread_t, &mut clock) } {
            0 => Ok(i64::from(clock)),
            e => Err(ex::os_error(t, e, None)),
        }
    }
    /// Delay execution for a given number of seconds.
    ///
    /// The argument may be a floating-point number for subsecond precision.
    #[py("($module, seconds, /)")]
    fn sleep(t: &Thread, seconds: Value) -> Result<()> {
        let ns = to_nanoseconds(t, seconds)?;
        if ns < 0 {
            return Err(t.value_error("sleep length must be non-negative"));
        }
        let end = read_clock(t, libc::CLOCK_MONOTONIC)?.saturating_add(ns);
        if taipan_vm::hooks::is_main(t) {
            // What came before is not to wait until the sleep is over.
            crate::system::check_signals(t)?;
            // Nobody changes this word: only a signal ends the sleep early.
            let forever = std::sync::atomic::AtomicU32::new(0);
            loop {
                let left = end.saturating_sub(read_clock(t, libc::CLOCK_MONOTONIC)?);
                if left <= 0 {
                    return crate::system::check_signals(t);
                }
                taipan_vm::hooks::wait_for(t, (&forever, 0), Some(std::time::Duration::from_nanos(left as u64)))?;
            }
        }
        let end = libc::timespec { tv_sec: end / NANOS, tv_nsec: end % NANOS };
        crate::system::check_signals(t)?;
        loop {
            // SAFETY: `end` is ours, the remainder is not asked for.
            let r = t.blocking(|| unsafe {
                libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &end, std::ptr::null_mut())
            });
            match r {
                0 => return crate::system::check_signals(t),
                libc::EINTR => crate::system::check_signals(t)?,
                e => return Err(ex::os_error(t, e, None)),
            }
        }
    }
    /// gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,
    ///                        tm_sec, tm_wday, tm_yday, tm_isdst)
    ///
    /// Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a.
    /// GMT).  When 'seconds' is not passed in, convert the current time instead.
    ///
    /// If the platform supports the tm_gmtoff and tm_zone, they are available as
    /// attributes only.
    #[py("($module, seconds=None, /)", nosig)]
    fn gmtime(t: &Thread, seconds: Option<Value>) -> Result<Value> {
        let tm = broken_down(t, when(t, seconds)?, false)?;
        struct_time(t, &tm, "UTC")
    }
    /// localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,
    ///                           tm_sec,tm_wday,tm_yday,tm_isdst)
    ///
    /// Convert seconds since the Epoch to a time tuple expressing local time.
    /// When 'seconds' is not passed in, convert the current time instead.
    #[py("($module, seconds=None, /)", nosig)]
    fn localtime(t: &Thread, seconds: Option<Value>) -> Result<Value> {
        let tm = broken_down(t, when(t, seconds)?, true)?;
        struct_time(t, &tm, &zone_name(&tm))
    }
    /// asctime([tuple]) -> string
    ///
    /// Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.
    /// When the time tuple is not present, current time as returned by localtime()
    /// is used.
    #[py("($module, tuple=None, /)", nosig)]
    fn asctime(t: &Thread, tuple: Option<Value>) -> Result<String> {
        let tm = match tuple {
            Some(v) => {
                let mut tm = from_tuple(t, v, "asctime")?;
                check_ranges(t, &mut tm)?;
                tm
            }
            None => broken_down(t, now_seconds(t)?, true)?,
        };
        Ok(ascii_time(&tm))
    }
    /// ctime(seconds) -> string
    ///
    /// Convert a time in seconds since the Epoch to a string in local time.
    /// This is equivalent to asctime(localtime(seconds)). When the time tuple is
    /// not present, current time as returned by localtime() is used.
    #[py("($module, seconds=None, /)", nosig)]
    fn ctime(t: &Thread, seconds: Option<Value>) -> Result<String> {
        Ok(ascii_time(&broken_down(t, when(t, seconds)?, true)?))
    }
    /// mktime(tuple) -> floating-point number
    ///
    /// Convert a time tuple in local time to seconds since the Epoch.
    /// Note that mktime(gmtime(0)) will not generally return zero for most
    /// time zones; instead the returned value will either be equal to that
    /// of the timezone or altzone attributes on the time module.
    #[py("($module, tuple, /)", nosig)]
    fn mktime(t: &Thread, tuple: Value) -> Result<f64> {
        let mut tm = from_tuple(t, tuple, "mktime")?;
        // The C library sets the day of the week if it succeeds.
        tm.tm_wday = -1;
        // SAFETY: `tm` is ours.
        let when = unsafe { libc::mktime(&mut tm) };
        if when == -1 && tm.tm_wday == -1 {
            return Err(t.overflow_error("mktime argument out of range"));
        }
        Ok(when as f64)
    }
    /// strftime(format[, tuple]) -> string
    ///
    /// Convert a time tuple to a string according to a format specification.
    /// See the library reference manual for formatting codes. When the time tuple
    /// is not present, current time as returned by localtime() is used.
    #[py("($module, format, tuple=None, /)", nosig)]
    fn strftime(t: &Thread, format: Ref<Str>, tuple: Option<Value>) -> Result<Ref<Str>> {
        let mut tm = match tuple {
            Some(v) => {
                let mut tm = from_tuple(t, v, "strftime")?;
                check_ranges(t, &mut tm)?;
                tm
            }
            None => broken_down(t, now_seconds(t)?, true)?,
        };
        // Other values than these make some C libraries crash.
        tm.tm_isdst = tm.tm_isdst.clamp(-1, 1);
        let zone = broken_down(t, now_seconds(t)?, true).map(|now| now.tm_zone).ok();
        if tm.tm_zone.is_null() {
            // SAFETY: normalises a copy, whose zone's name the C library owns.
            let mut copy = tm;
            let known = unsafe { libc::mktime(&mut copy) } != -1;
            tm.tm_zone = if known { copy.tm_zone } else { zone.unwrap_or(std::ptr::null()) };
        }
        let points: Vec<u32> = format.units().iter().collect();
        let mut out = Vec::with_capacity(points.len() * 2);
        let mut i = 0;
        while i < points.len() {
            let start = i;
            i += 1;
            if points[start] != u32::from(b'%') {
                out.push(points[start]);
                continue;
            }
            let at = |i: usize| points.get(i).and_then(|&c| char::from_u32(c)).unwrap_or('\0');
            while matches!(at(i), '-' | '_' | '0' | '^' | '#') {
                i += 1;
            }
            while at(i).is_ascii_digit() {
                i += 1;
            }
            if matches!(at(i), 'E' | 'O') {
                i += 1;
            }
            if at(i).is_ascii_graphic() {
                i += 1;
                let directive: String = points[start..i].iter().filter_map(|&c| char::from_u32(c)).collect();
                format_directive(&directive, &tm, &mut out);
            } else {
                out.extend_from_slice(&points[start..i]);
            }
        }
        Str::from_code_points(t, &out)
    }
    /// strptime(string, format) -> struct_time
    ///
    /// Parse a string to a time tuple according to a format specification.
    /// See the library reference manual for formatting codes (same as
    /// strftime()).
    #[py("($module, /, *args)", nosig)]
    fn strptime(t: &Thread, args: &[Value]) -> Result<Value> {
        let module = taipan_vm::import::import_module(t, "_strptime")?;
        t.call_method(module, Str::intern_str(t, "_strptime_time")?, args)
    }
    /// tzset()
    ///
    /// Initialize, or reinitialize, the local timezone to the value stored in
    /// os.environ['TZ'].
    #[py("($module, /)", nosig)]
    fn tzset(t: &Thread) -> Result<()> {
        let module = taipan_vm::import::import_module(t, "time")?;
        match module.downcast::<Module>() {
            Some(m) => set_zone(t, m.dict()),
            None => Ok(()),
        }
    }
    /// get_clock_info(name: str) -> dict
    ///
    /// Get information of the specified clock.
    #[py("($module, name, /)", nosig)]
    fn get_clock_info(t: &Thread, name: Ref<Str>) -> Result<Value> {
        match name.to_string_lossy().as_str() {
            "time" => clock_info(t, "clock_gettime(CLOCK_REALTIME)", false, true, clock_resolution(libc::CLOCK_REALTIME)),
            "monotonic" | "perf_counter" => {
                clock_info(t, "clock_gettime(CLOCK_MONOTONIC)", true, false, clock_resolution(libc::CLOCK_MONOTONIC))
            }
            "process_time" => clock_info(
                t,
                "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)",
                true,
                false,
                clock_resolution(libc::CLOCK_PROCESS_CPUTIME_ID),
            ),
            "thread_time" => clock_info(
                t,
                "clock_gettime(CLOCK_THREAD_CPUTIME_ID)",
                true,
                false,
                clock_resolution(libc::CLOCK_THREAD_CPUTIME_ID),
            ),
            _ => Err(t.value_error("unknown clock")),
        }
    }
}
