//! `_posixsubprocess`: starting another program in a new process.
//!
//! Everything that the child needs is prepared before. Without `preexec_fn` the child shares our memory until it runs the other
//! program (`CLONE_VM | CLONE_VFORK`, on a stack of its own), so that starting a program costs the same whatever the size of the
//! heap; it makes system calls only. With `preexec_fn`, which is Python, it is a real fork.

use crate::posix::{fork, fs_path};
use crate::system::{errno, to_c_int};
use std::ffi::CString;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct Subprocess;

/// Texts and the null-terminated array of pointers to them.
pub(crate) struct TextArray {
    _texts: Vec<CString>,
    pointers: Vec<*const libc::c_char>,
}

impl TextArray {
    pub fn new(texts: Vec<CString>) -> TextArray {
        let pointers = texts.iter().map(|t| t.as_ptr()).chain([std::ptr::null()]).collect();
        TextArray { _texts: texts, pointers }
    }
    pub fn as_ptr(&self) -> *const *const libc::c_char {
        self.pointers.as_ptr()
    }
}

/// What the child does, in terms that need no allocation.
struct Plan {
    arguments: TextArray,
    programs: TextArray,
    environment: Option<TextArray>,
    cwd: Option<CString>,
    close_fds: bool,
    keep: Vec<i32>,
    /// Our ends of the pipes, and the child's three.
    ours: [i32; 3],
    theirs: [i32; 3],
    error_pipe: i32,
    restore_signals: bool,
    new_session: bool,
    group: i32,
    uid: Option<u32>,
    gid: Option<u32>,
    groups: Option<Vec<u32>>,
    umask: i32,
    mask: libc::sigset_t,
}

fn set_inheritable(fd: i32) -> bool {
    // SAFETY: no memory involved.
    unsafe { libc::fcntl(fd, libc::F_SETFD, 0) != -1 }
}

/// The steps before the program is run; `Err` tells what to report.
fn prepare(p: &Plan) -> std::result::Result<(), &'static [u8]> {
    const FAILED: &[u8] = b"noexec";
    let ok = |good: bool| if good { Ok(()) } else { Err(FAILED) };
    for fd in &p.keep {
        if *fd != p.error_pipe {
            ok(set_inheritable(*fd))?;
        }
    }
    // SAFETY: system calls on integers and on memory of the plan.
    unsafe {
        for fd in p.ours {
            if fd >= 0 {
                libc::close(fd);
            }
        }
        let [input, mut output, mut error] = p.theirs;
        // The places 0 to 2 may hold what is to go to another of them.
        if output == 0 {
            output = libc::fcntl(output, libc::F_DUPFD_CLOEXEC, 3);
            ok(output != -1)?;
        }
        while error == 0 || error == 1 {
            error = libc::fcntl(error, libc::F_DUPFD_CLOEXEC, 3);
            ok(error != -1)?;
        }
        for (fd, place) in [(input, 0), (output, 1), (error, 2)] {
            if fd == place {
                ok(set_inheritable(fd))?;
            } else if fd >= 0 {
                ok(libc::dup2(fd, place) != -1)?;
            }
        }
        if let Some(cwd) = &p.cwd {
            if libc::chdir(cwd.as_ptr()) == -1 {
                return Err(b"noexec:chdir");
            }
        }
        if p.umask >= 0 {
            libc::umask(p.umask as libc::mode_t);
        }
        if p.restore_signals {
            for s in [libc::SIGPIPE, libc::SIGXFSZ] {
                libc::signal(s, libc::SIG_DFL);
            }
        }
        // The raw call: the C library's would also change what it knows of this process.
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const p.mask, std::ptr::null::<libc::sigset_t>(), 8);
        if p.new_session {
            ok(libc::setsid() != -1)?;
        }
        if p.group >= 0 {
            ok(libc::setpgid(0, p.group) != -1)?;
        }
        // Raw calls as well: the library's tell all threads.
        if let Some(groups) = &p.groups {
            ok(libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()) != -1)?;
        }
        if let Some(gid) = p.gid {
            ok(libc::syscall(libc::SYS_setregid, gid, gid) != -1)?;
        }
        if let Some(uid) = p.uid {
            ok(libc::syscall(libc::SYS_setreuid, uid, uid) != -1)?;
        }
    }
    Ok(())
}

/// Closes all descriptors from 3 on but those to keep, which are in order.
fn close_others(keep: &[i32]) {
    let close = |first: i32, last: u32| {
        if i64::from(first) > i64::from(last) {
            return;
        }
        // SAFETY: no memory involved.
        if unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0 {
            return;
        }
        // SAFETY: as above.
        let most = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) }.clamp(256, 1 << 20) as u32;
        for fd in first..last.min(most) as i32 + 1 {
            // SAFETY: as above.
            unsafe { libc::close(fd) };
        }
    };
    let mut first = 3;
    for fd in keep {
        if *fd >= first {
            close(first, *fd as u32 - 1);
            first = *fd + 1;
        }
    }
    close(first, u32::MAX);
}

/// The child: runs the program, or tells our side why not.
fn run_child(p: &Plan, before_exec: impl FnOnce() -> bool) -> ! {
    let (mut what, mut error): (&[u8], i32) = (b"", 0);
    let mut class: &[u8] = b"OSError:";
    match prepare(p) {
        Err(w) => (what, error) = (w, errno()),
        Ok(()) if !before_exec() => (class, what) = (b"SubprocessError:", b"Exception occurred in preexec_fn."),
        Ok(()) => {
            if p.close_fds {
                close_others(&p.keep);
            }
            for program in p.programs.pointers.iter().take_while(|p| !p.is_null()) {
                // SAFETY: null-terminated arrays of NUL-terminated texts.
                unsafe {
                    match &p.environment {
                        Some(e) => libc::execve(*program, p.arguments.as_ptr(), e.as_ptr()),
                        None => libc::execv(*program, p.arguments.as_ptr()),
                    };
                }
                let e = errno();
                if e != libc::ENOENT && e != libc::ENOTDIR && error == 0 {
                    error = e;
                }
            }
            if error == 0 {
                error = errno();
            }
        }
    }
    // Without allocating: this may be the parent's memory.
    let mut text = [0u8; 96];
    let mut n = 0;
    let mut put = |bytes: &[u8]| {
        text[n..n + bytes.len()].copy_from_slice(bytes);
        n += bytes.len();
    };
    put(class);
    let digits = b"0123456789ABCDEF";
    let mut started = false;
    for shift in (0..8).rev() {
        let d = (error as u32 >> (4 * shift)) & 15;
        started |= d != 0 || shift == 0;
        if started {
            put(&[digits[d as usize]]);
        }
    }
    put(b":");
    put(what);
    // SAFETY: `n` bytes of a local; then the process ends.
    unsafe {
        libc::write(p.error_pipe, text.as_ptr().cast(), n);
        libc::_exit(255)
    }
}

/// Runs the child in our memory until it has begun the other program.
fn spawn(p: &Plan) -> std::result::Result<i32, i32> {
    const STACK: usize = 256 << 10;
    extern "C" fn entry(plan: *mut libc::c_void) -> i32 {
        // SAFETY: the parent waits, and keeps the plan.
        run_child(unsafe { &*plan.cast::<Plan>() }, || true)
    }
    let mut stack = vec![0u128; STACK / 16];
    // SAFETY: a stack that nobody else uses, and a plan that outlives the child's use of it: with CLONE_VFORK the call returns
    // when the child has begun another program or ended.
    let pid = unsafe {
        let top = stack.as_mut_ptr().add(stack.len()).cast();
        let plan = std::ptr::from_ref(p).cast_mut().cast();
        libc::clone(entry, top, libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD, plan)
    };
    if pid == -1 { Err(errno()) } else { Ok(pid) }
}

fn texts(t: &Thread, v: Value, what: &str) -> Result<Vec<CString>> {
    let mut out = Vec::new();
    t.for_each(v, |item| {
        let p = fs_path(t, item, what, false)?;
        out.push(CString::new(p.bytes).map_err(|_| t.value_error("embedded null byte"))?);
        Ok(())
    })?;
    Ok(out)
}

fn optional_id(t: &Thread, v: Value, what: &str) -> Result<Option<u32>> {
    if v.is_none() { Ok(None) } else { crate::posix::user_id(t, v, what).map(Some) }
}

/// Starting programs in new processes, for the module subprocess.
#[pymodule(name = "_posixsubprocess")]
impl Subprocess {
    /// Start a program in a new process; returns the process's number. What goes wrong in the child is written to errpipe_write.
    #[py(
        "($module, args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn fork_exec(
        t: &Thread,
        args: Value,
        executable_list: Value,
        close_fds: bool,
        pass_fds: Ref<Tuple>,
        cwd: Value,
        env: Value,
        p2cread: i32,
        p2cwrite: i32,
        c2pread: i32,
        c2pwrite: i32,
        errread: i32,
        errwrite: i32,
        _errpipe_read: i32,
        errpipe_write: i32,
        restore_signals: bool,
        call_setsid: bool,
        pgid_to_set: i32,
        gid: Value,
        extra_groups: Value,
        uid: Value,
        child_umask: i32,
        preexec_fn: Value,
    ) -> Result<i32> {
        if close_fds && errpipe_write < 3 {
            return Err(t.value_error("errpipe_write must be >= 3"));
        }
        let mut keep = Vec::with_capacity(pass_fds.len());
        for v in pass_fds.iter() {
            let fd = taipan_vm::objects::int::is_int(v).then(|| to_c_int(t, v)).and_then(Result::ok).unwrap_or(-1);
            if fd < 0 || keep.last().is_some_and(|last| *last >= fd) {
                return Err(t.value_error("bad value(s) in fds_to_keep"));
            }
            keep.push(fd);
        }
        if args.downcast::<List>().is_none() && args.downcast::<Tuple>().is_none() {
            return Err(t.type_error("expected list or tuple"));
        }
        let groups = if extra_groups.is_none() {
            None
        } else {
            let Some(list) = extra_groups.downcast::<List>() else {
                return Err(t.type_error("setgroups argument must be a sequence"));
            };
            let mut out = Vec::new();
            for g in list.snapshot(t)?.iter() {
                out.push(crate::posix::user_id(t, g, "gid")?);
            }
            Some(out)
        };
        // SAFETY: plain data, filled below.
        let mut mask: libc::sigset_t = unsafe { std::mem::zeroed() };
        let mut plan = Plan {
            arguments: TextArray::new(texts(t, args, "fork_exec")?),
            programs: TextArray::new(texts(t, executable_list, "fork_exec")?),
            environment: if env.is_none() { None } else { Some(TextArray::new(texts(t, env, "fork_exec")?)) },
            cwd: if cwd.is_none() {
                None
            } else {
                Some(CString::new(fs_path(t, cwd, "fork_exec", false)?.bytes).map_err(|_| t.value_error("embedded null byte"))?)
            },
            close_fds,
            keep,
            ours: [p2cwrite, c2pread, errread],
            theirs: [p2cread, c2pwrite, errwrite],
            error_pipe: errpipe_write,
            restore_signals,
            new_session: call_setsid,
            group: pgid_to_set,
            uid: optional_id(t, uid, "uid")?,
            gid: optional_id(t, gid, "gid")?,
            groups,
            umask: child_umask,
            mask,
        };
        // A handler that ran in the child would run in our memory, so signals wait until the child has begun its program.
        // SAFETY: live sets.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut mask);
        }
        plan.mask = mask;
        let pid = if preexec_fn.is_none() {
            let p = &plan;
            t.blocking(|| spawn(p))
        } else {
            // SAFETY: the child is this thread alone; see `fork`.
            let r = fork::fork_by(t, || unsafe { libc::fork() });
            if r == Ok(0) {
                run_child(&plan, || t.call(preexec_fn, &[]).is_ok());
            }
            r
        };
        // SAFETY: a live set.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, std::ptr::null_mut()) };
        let pid = pid.map_err(|e| ex::os_error(t, e, None))?;
        if !preexec_fn.is_none() {
            fork::warn_if_threads(t, "fork")?;
        }
        Ok(pid)
    }
}
