//! `termios`: control of terminals.

mod numbers;

use crate::system::{descriptor, errno, exception_class, retried, to_c_int};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct Termios;

fn error_class(t: &Thread) -> Result<Ref<Class>> {
    exception_class(t, "termios", "error", &[ex::class(ex::Kind::Exception).value()], None)
}

#[cold]
fn failure(t: &Thread, e: i32) -> Exc {
    let make = || -> Result<Exc> {
        let text = Str::from_str(t, &ex::strerror(e))?.value();
        Ok(t.new_error_with(error_class(t)?, &[Value::small_int(e.into()), text]))
    };
    make().unwrap_or_else(|e| e)
}

/// Runs a call that may wait for the terminal.
fn call(t: &Thread, f: impl FnMut() -> i32) -> Result<()> {
    retried(t, f)?.map(drop).map_err(|e| failure(t, e))
}

fn attributes(t: &Thread, fd: i32) -> Result<libc::termios> {
    // SAFETY: plain data, filled by the call.
    let mut a: libc::termios = unsafe { std::mem::zeroed() };
    let place = &raw mut a as usize;
    // SAFETY: a live structure.
    call(t, || unsafe { libc::tcgetattr(fd, place as *mut libc::termios) })?;
    Ok(a)
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (n, v) in numbers::NUMBERS {
        m.set(t, n, t.int(*v)?)?;
    }
    m.set(t, "error", error_class(t)?.value())
}

fn flags(t: &Thread, v: Value) -> Result<libc::tcflag_t> {
    let i = t.index(v)?;
    match t.int_value(i).and_then(|i| i.to_i64()) {
        Some(n) if n < 0 => Err(t.overflow_error("can't convert negative value to unsigned int")),
        Some(n) if n <= i64::from(u32::MAX) => Ok(n as libc::tcflag_t),
        _ => Err(t.overflow_error("Python int too large to convert to C unsigned int")),
    }
}

/// Control of terminals. Every function takes the terminal's descriptor first.
#[pymodule(name = "termios", init = init)]
impl Termios {
    /// The terminal's attributes: [iflag, oflag, cflag, lflag, ispeed, ospeed, cc], where cc is a list of characters, or
    /// of numbers at VMIN and VTIME when the terminal is not in canonical mode.
    #[py("($module, fd, /)")]
    fn tcgetattr(t: &Thread, fd: Value) -> Result<Ref<List>> {
        let a = attributes(t, descriptor(t, fd)?)?;
        // SAFETY: a live structure.
        let (input, output) = unsafe { (libc::cfgetispeed(&raw const a), libc::cfgetospeed(&raw const a)) };
        let characters = List::new(t)?;
        for (i, c) in a.c_cc.iter().enumerate() {
            let number = a.c_lflag & libc::ICANON == 0 && (i == libc::VMIN || i == libc::VTIME);
            characters.append(t, if number { Value::small_int((*c).into()) } else { Bytes::new(t, &[*c])?.value() })?;
        }
        let out = List::new(t)?;
        for n in [a.c_iflag, a.c_oflag, a.c_cflag, a.c_lflag, input, output] {
            out.append(t, t.int(n.into())?)?;
        }
        out.append(t, characters.value())?;
        Ok(out)
    }
    /// Set the terminal's attributes: at once (TCSANOW), or when all output is out (TCSADRAIN, TCSAFLUSH).
    #[py("($module, fd, when, attributes, /)")]
    fn tcsetattr(t: &Thread, fd: Value, when: i32, new: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        let Some(items) = new.downcast::<List>().filter(|l| l.len() == 7) else {
            return Err(t.type_error("tcsetattr, arg 3: must be 7 element list"));
        };
        let items = items.snapshot(t)?;
        let mut a = attributes(t, fd)?;
        let [iflag, oflag, cflag, lflag, input, output, characters] = *items.as_slice() else {
            return Err(t.type_error("tcsetattr, arg 3: must be 7 element list"));
        };
        (a.c_iflag, a.c_oflag, a.c_cflag, a.c_lflag) = (flags(t, iflag)?, flags(t, oflag)?, flags(t, cflag)?, flags(t, lflag)?);
        let (input, output) = (flags(t, input)?, flags(t, output)?);
        let wrong = || t.type_error(format!("tcsetattr: attributes[6] must be {} element list", libc::NCCS));
        let characters = characters.downcast::<List>().filter(|l| l.len() == libc::NCCS).ok_or_else(wrong)?.snapshot(t)?;
        for (place, v) in a.c_cc.iter_mut().zip(characters.iter()) {
            *place = match v.downcast::<Bytes>() {
                Some(b) if b.len() == 1 => b.as_slice()[0],
                _ if taipan_vm::objects::int::is_int(v) => t.to_i64(v)? as libc::cc_t,
                _ => return Err(t.type_error("tcsetattr: elements of attributes must be characters or integers")),
            };
        }
        // SAFETY: a live structure.
        if unsafe { libc::cfsetispeed(&raw mut a, input) == -1 || libc::cfsetospeed(&raw mut a, output) == -1 } {
            return Err(failure(t, errno()));
        }
        let place = &raw const a as usize;
        // SAFETY: a live structure.
        call(t, || unsafe { libc::tcsetattr(fd, when, place as *const libc::termios) })
    }
    /// Send zero bits for a while.
    #[py("($module, fd, duration, /)")]
    fn tcsendbreak(t: &Thread, fd: Value, duration: i32) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::tcsendbreak(fd, duration) })
    }
    /// Wait until all output is out.
    #[py("($module, fd, /)")]
    fn tcdrain(t: &Thread, fd: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::tcdrain(fd) })
    }
    /// Throw away input that was not read (TCIFLUSH), output that is not out (TCOFLUSH), or both.
    #[py("($module, fd, queue, /)")]
    fn tcflush(t: &Thread, fd: Value, queue: i32) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::tcflush(fd, queue) })
    }
    /// Stop or go on with output or input.
    #[py("($module, fd, action, /)")]
    fn tcflow(t: &Thread, fd: Value, action: i32) -> Result<()> {
        let fd = descriptor(t, fd)?;
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::tcflow(fd, action) })
    }
    /// The size of the terminal's window: (rows, columns).
    #[py("($module, fd, /)")]
    fn tcgetwinsize(t: &Thread, fd: Value) -> Result<(i64, i64)> {
        let fd = descriptor(t, fd)?;
        // SAFETY: plain data, filled by the call.
        let mut w: libc::winsize = unsafe { std::mem::zeroed() };
        // SAFETY: a live structure.
        if unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut w) } == -1 {
            return Err(failure(t, errno()));
        }
        Ok((w.ws_row.into(), w.ws_col.into()))
    }
    /// Set the size of the terminal's window: (rows, columns).
    #[py("($module, fd, winsize, /)")]
    fn tcsetwinsize(t: &Thread, fd: Value, winsize: Value) -> Result<()> {
        let fd = descriptor(t, fd)?;
        if !t.is_sequence(winsize) {
            return Err(t.type_error("tcsetwinsize, arg 2: must be a two-item sequence"));
        }
        let items = t.iterate_to_vec(winsize)?;
        let [rows, columns] = *items.as_slice() else {
            return Err(t.type_error("tcsetwinsize, arg 2: must be a two-item sequence"));
        };
        let size = |v: Value| -> Result<u16> {
            u16::try_from(to_c_int(t, v)?).map_err(|_| t.overflow_error("winsize value(s) out of range."))
        };
        // SAFETY: plain data, filled by the call.
        let mut w: libc::winsize = unsafe { std::mem::zeroed() };
        // SAFETY: a live structure.
        if unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut w) } == -1 {
            return Err(failure(t, errno()));
        }
        (w.ws_row, w.ws_col) = (size(rows)?, size(columns)?);
        // SAFETY: a live structure.
        if unsafe { libc::ioctl(fd, libc::TIOCSWINSZ, &raw const w) } == -1 { Err(failure(t, errno())) } else { Ok(()) }
    }
}
