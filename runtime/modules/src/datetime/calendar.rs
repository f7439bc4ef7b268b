//! Days, times of day and spans of time as plain numbers: the proleptic Gregorian calendar, with day 1 the first of January of
//! the year 1. Nothing here knows Python.

pub const MIN_YEAR: i64 = 1;
pub const MAX_YEAR: i64 = 9999;
pub const MAX_ORDINAL: i64 = 3_652_059;
pub const SECOND: i64 = 1_000_000;
pub const DAY_SECONDS: i64 = 86_400;
pub const DAY: i64 = DAY_SECONDS * SECOND;
/// The ordinal of the first of January 1970.
pub const UNIX_DAY: i64 = 719_163;

pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day whose fields are in range. The order of days is that of their fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

/// A time of day whose fields are in range.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock {
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub micro: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub day: Day,
    pub clock: Clock,
}

/// A span of time: `0 <= seconds < 86400`, `0 <= micros < 1000000`, so that the order is that of the fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub days: i32,
    pub seconds: i32,
    pub micros: i32,
}

pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days before the first of January.
fn days_before_year(year: i64) -> i64 {
    let y = year - 1;
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)
}

fn days_before_month(year: i64, month: i64) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    BEFORE[month as usize - 1] + i64::from(month > 2 && is_leap(year))
}

/// Year, month and day of any ordinal: years are counted from March, so that the leap day comes last.
pub fn split_ordinal(ordinal: i64) -> (i64, i64, i64) {
    let z = ordinal - 1 + 306;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The ordinal of the Monday of the first week of the ISO year.
pub fn iso_week1_monday(year: i64) -> i64 {
    let first = days_before_year(year) + 1;
    let weekday = (first + 6) % 7;
    let monday = first - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

/// The ordinal of a day of the ISO calendar, or what is wrong with it.
pub fn from_iso_week(year: i64, week: i64, weekday: i64) -> Result<i64, String> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(format!("year must be in 1..9999, not {year}"));
    }
    let long = || {
        let first = (days_before_year(year) + 1) % 7;
        first == 4 || (first == 3 && is_leap(year))
    };
    if !((1..53).contains(&week) || (week == 53 && long())) {
        return Err(format!("Invalid week: {week}"));
    }
    if !(1..8).contains(&weekday) {
        return Err(format!("Invalid weekday: {weekday} (range is [1, 7])"));
    }
    Ok(iso_week1_monday(year) + (week - 1) * 7 + weekday - 1)
}

impl Day {
    pub const MIN: Day = Day { year: 1, month: 1, day: 1 };
    pub const MAX: Day = Day { year: 9999, month: 12, day: 31 };

    /// Checks the fields; the error is its text.
    pub fn new(year: i64, month: i64, day: i64) -> Result<Day, String> {
        if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
            return Err(format!("year must be in 1..9999, not {year}"));
        }
        if !(1..=12).contains(&month) {
            return Err(format!("month must be in 1..12, not {month}"));
        }
        let last = days_in_month(year, month);
        if !(1..=last).contains(&day) {
            return Err(format!("day {day} must be in range 1..{last} for month {month} in year {year}"));
        }
        Ok(Day { year: year as u16, month: month as u8, day: day as u8 })
    }
    pub fn from_ordinal(ordinal: i64) -> Option<Day> {
        if !(1..=MAX_ORDINAL).contains(&ordinal) {
            return None;
        }
        let (year, month, day) = split_ordinal(ordinal);
        Some(Day { year: year as u16, month: month as u8, day: day as u8 })
    }
    pub fn ordinal(self) -> i64 {
        days_before_year(self.year.into()) + self.day_of_year()
    }
    pub fn day_of_year(self) -> i64 {
        days_before_month(self.year.into(), self.month.into()) + i64::from(self.day)
    }
    /// Monday is 0.
    pub fn weekday(self) -> i64 {
        (self.ordinal() + 6) % 7
    }
    /// ISO year, week and weekday.
    pub fn iso(self) -> (i64, i64, i64) {
        let today = self.ordinal();
        let mut year = i64::from(self.year);
        if today < iso_week1_monday(year) {
            year -= 1;
        } else if today >= iso_week1_monday(year + 1) {
            year += 1;
        }
        let past = today - iso_week1_monday(year);
        (year, past / 7 + 1, past % 7 + 1)
    }
    pub fn bytes(self) -> [u8; 4] {
        let [high, low] = self.year.to_be_bytes();
        [high, low, self.month, self.day]
    }
    pub fn from_bytes(b: &[u8]) -> Day {
        Day { year: u16::from_be_bytes([b[0], b[1]]), month: b[2], day: b[3] }
    }
    pub fn iso_text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
    /// As C's `ctime` writes it.
    pub fn c_text(self, clock: Clock) -> String {
        let (weekday, month) = (WEEKDAYS[self.weekday() as usize], MONTHS[self.month as usize - 1]);
        let Clock { hour, minute, second, .. } = clock;
        format!("{weekday} {month} {:2} {hour:02}:{minute:02}:{second:02} {:04}", self.day, self.year)
    }
}

impl Clock {
    pub const MIDNIGHT: Clock = Clock { hour: 0, minute: 0, second: 0, micro: 0 };
    pub const MAX: Clock = Clock { hour: 23, minute: 59, second: 59, micro: 999_999 };

    pub fn new(hour: i64, minute: i64, second: i64, micro: i64) -> Result<Clock, String> {
        for (name, value, last) in
            [("hour", hour, 23), ("minute", minute, 59), ("second", second, 59), ("microsecond", micro, 999_999)]
        {
            if !(0..=last).contains(&value) {
                return Err(format!("{name} must be in 0..{last}, not {value}"));
            }
        }
        Ok(Clock { hour: hour as u8, minute: minute as u8, second: second as u8, micro: micro as u32 })
    }
    pub fn seconds(self) -> i64 {
        (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second)
    }
    /// Microseconds since midnight.
    pub fn micros(self) -> i64 {
        self.seconds() * SECOND + i64::from(self.micro)
    }
    /// Of microseconds since midnight, less than a day.
    fn from_micros(micros: i64) -> Clock {
        let (seconds, micro) = (micros / SECOND, (micros % SECOND) as u32);
        Clock { hour: (seconds / 3600) as u8, minute: (seconds / 60 % 60) as u8, second: (seconds % 60) as u8, micro }
    }
    pub fn bytes(self) -> [u8; 6] {
        let [_, a, b, c] = self.micro.to_be_bytes();
        [self.hour, self.minute, self.second, a, b, c]
    }
    pub fn from_bytes(b: &[u8]) -> Clock {
        Clock { hour: b[0], minute: b[1], second: b[2], micro: u32::from_be_bytes([0, b[3], b[4], b[5]]) }
    }
    /// `None`: there is no such `timespec`.
    pub fn iso_text(self, timespec: &str) -> Option<String> {
        let Clock { hour, minute, second, micro } = self;
        Some(match timespec {
            "auto" if micro != 0 => format!("{hour:02}:{minute:02}:{second:02}.{micro:06}"),
            "auto" | "seconds" => format!("{hour:02}:{minute:02}:{second:02}"),
            "hours" => format!("{hour:02}"),
            "minutes" => format!("{hour:02}:{minute:02}"),
            "milliseconds" => format!("{hour:02}:{minute:02}:{second:02}.{:03}", micro / 1000),
            "microseconds" => format!("{hour:02}:{minute:02}:{second:02}.{micro:06}"),
            _ => return None,
        })
    }
}

impl Moment {
    /// Microseconds since the beginning of day 0.
    pub fn micros(self) -> i64 {
        self.day.ordinal() * DAY + self.clock.micros()
    }
    pub fn from_micros(micros: i64) -> Option<Moment> {
        let day = Day::from_ordinal(micros.div_euclid(DAY))?;
        Some(Moment { day, clock: Clock::from_micros(micros.rem_euclid(DAY)) })
    }
    /// Seconds since the beginning of day 0.
    pub fn seconds(self) -> i64 {
        self.day.ordinal() * DAY_SECONDS + self.clock.seconds()
    }
    pub fn shifted(self, by: Span, sign: i64) -> Option<Moment> {
        Moment::from_micros(self.micros().checked_add(i64::try_from(by.total() * i128::from(sign)).ok()?)?)
    }
    pub fn bytes(self) -> [u8; 10] {
        let mut out = [0; 10];
        out[..4].copy_from_slice(&self.day.bytes());
        out[4..].copy_from_slice(&self.clock.bytes());
        out
    }
    pub fn from_bytes(b: &[u8]) -> Moment {
        Moment { day: Day::from_bytes(&b[..4]), clock: Clock::from_bytes(&b[4..]) }
    }
}

impl Span {
    /// In microseconds.
    pub fn total(self) -> i128 {
        (i128::from(self.days) * i128::from(DAY_SECONDS) + i128::from(self.seconds)) * i128::from(SECOND) + i128::from(self.micros)
    }
    /// `None` if the days are more than a field holds.
    pub fn from_total(micros: i128) -> Option<Span> {
        let days = i32::try_from(micros.div_euclid(i128::from(DAY))).ok()?;
        let rest = micros.rem_euclid(i128::from(DAY)) as i64;
        Some(Span { days, seconds: (rest / SECOND) as i32, micros: (rest % SECOND) as i32 })
    }
    /// `+HH:MM[:SS[.ffffff]]`, with `separator` for the colons.
    pub fn offset_text(self, separator: &str) -> String {
        let total = self.total();
        let (sign, rest) = (if total < 0 { '-' } else { '+' }, total.unsigned_abs());
        let micro = rest % 1_000_000;
        let seconds = rest / 1_000_000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let mut out = format!("{sign}{hour:02}{separator}{minute:02}");
        if second != 0 || micro != 0 {
            out += &format!("{separator}{second:02}");
        }
        if micro != 0 {
            out += &format!(".{micro:06}");
        }
        out
    }
    /// As `str()` shows it.
    pub fn text(self) -> String {
        let Span { days, seconds, micros } = self;
        let plural = if days.abs() == 1 { "" } else { "s" };
        let mut out = if days == 0 { String::new() } else { format!("{days} day{plural}, ") };
        out += &format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if micros != 0 {
            out += &format!(".{micros:06}");
        }
        out
    }
}

/// The integer nearest to `a / b`, the even one of two; `b` is not 0. `None` on overflow.
pub fn divide_nearest(a: i128, b: i128) -> Option<i128> {
    let (a, b) = if b < 0 { (a.checked_neg()?, b.checked_neg()?) } else { (a, b) };
    let (quotient, rest) = (a.div_euclid(b), a.rem_euclid(b));
    // Twice the rest against the divisor, without overflow.
    let up = match rest.cmp(&(b - rest)) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => quotient & 1 == 1,
        std::cmp::Ordering::Less => false,
    };
    Some(quotient + i128::from(up))
}
