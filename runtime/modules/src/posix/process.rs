//! Processes: making, running, waiting, identities, groups, scheduling.

use super::{FsPath, fork, fs_path};
use crate::posixsubprocess::TextArray;
use crate::system::{Outcome, call, check_signals, detached, errno, last_error, to_c_int};
use std::ffi::CString;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::struct_seq::{self, Description};

pub struct PosixProcess;

static WAITID: Description = Description {
    name: "posix.waitid_result",
    doc: "waitid_result: what waitid() found out.",
    fields: &[
        ("si_pid", "process"),
        ("si_uid", "its real user"),
        ("si_signo", "always SIGCHLD"),
        ("si_status", "exit status, or the signal"),
        ("si_code", "what happened: one of the CLD_ numbers"),
    ],
    visible: 5,
    callable: true,
};
static SCHED_PARAM: Description = Description {
    name: "posix.sched_param",
    doc: "sched_param(sched_priority): scheduling parameters.",
    fields: &[("sched_priority", "the scheduling priority")],
    visible: 1,
    callable: true,
};

pub(super) fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "waitid_result", struct_seq::class(t, &WAITID)?.value())?;
    m.set(t, "sched_param", struct_seq::class(t, &SCHED_PARAM)?.value())
}

/// A user or group number. -1 stands for "as it is".
pub(crate) fn user_id(t: &Thread, v: Value, what: &str) -> Result<u32> {
    let Some(i) = t.index_opt(v)? else {
        return Err(t.type_error(format!("{what} should be integer, not {}", class_of(v).name_string())));
    };
    match t.int_value(i).and_then(|i| i.to_i64()) {
        Some(-1) => Ok(u32::MAX),
        Some(n) if n < 0 => Err(t.overflow_error(format!("{what} is less than minimum"))),
        Some(n) if n < i64::from(u32::MAX) => Ok(n as u32),
        Some(_) => Err(t.overflow_error(format!("{what} is greater than maximum"))),
        None => {
            let negative = t.compare_bool(i, Value::small_int(0), taipan_vm::ops::Compare::Lt)?;
            Err(t.overflow_error(format!(
                "{what} is {} than {}",
                if negative { "less" } else { "greater" },
                if negative { "minimum" } else { "maximum" }
            )))
        }
    }
}

fn id_value(t: &Thread, id: u32) -> Result<Value> {
    if id == u32::MAX { Ok(Value::small_int(-1)) } else { t.int(id.into()) }
}

/// The arguments of a program to run.
fn arguments(t: &Thread, v: Value, function: &str) -> Result<TextArray> {
    let items = match (v.downcast::<List>(), v.downcast::<Tuple>()) {
        (Some(l), _) => l.snapshot(t)?,
        (_, Some(tuple)) => ValueVec::from_slice(t, tuple.as_slice())?,
        _ => return Err(t.type_error(format!("{function}: argv must be a tuple or list").replace("execv: argv", "execv() arg 2"))),
    };
    if items.is_empty() {
        return Err(t.value_error(format!("{function}: argv must not be empty").replace("execv: argv", "execv() arg 2")));
    }
    let mut texts = Vec::with_capacity(items.len());
    for item in items.iter() {
        texts.push(fs_path(t, item, function, false)?.c(t)?);
    }
    if texts[0].is_empty() {
        return Err(
            t.value_error(format!("{function}: argv first element cannot be empty").replace("execv: argv", "execv() arg 2"))
        );
    }
    Ok(TextArray::new(texts))
}

/// The environment of a program to run, from a mapping.
fn environment(t: &Thread, v: Value, function: &str) -> Result<TextArray> {
    let not_mapping = || t.type_error(format!("{function}: environment must be a mapping object"));
    let (Some(keys), Some(_)) = (t.get_attr_opt(v, names::keys())?, t.get_attr_opt(v, names::__getitem__())?) else {
        return Err(not_mapping());
    };
    let keys = t.iterate_to_vec(t.call(keys, &[])?)?;
    let mut texts = Vec::with_capacity(keys.len());
    for k in keys.iter() {
        let value = t.get_item(v, k)?;
        let (k, value) = (fs_path(t, k, function, false)?.bytes, fs_path(t, value, function, false)?.bytes);
        if k.is_empty() || k.contains(&b'=') {
            return Err(t.value_error("illegal environment variable name"));
        }
        let both = [k.as_slice(), b"=", value.as_slice()].concat();
        texts.push(CString::new(both).map_err(|_| t.value_error("embedded null byte"))?);
    }
    Ok(TextArray::new(texts))
}

fn failed(t: &Thread, p: &FsPath, e: i32) -> Exc {
    ex::os_error(t, e, p.object)
}

/// `posix_spawn`'s file actions and attributes, destroyed with this.
struct Actions(libc::posix_spawn_file_actions_t);
impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: initialised when made.
        unsafe { libc::posix_spawn_file_actions_destroy(&raw mut self.0) };
    }
}
struct Attributes(libc::posix_spawnattr_t);
impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised when made.
        unsafe { libc::posix_spawnattr_destroy(&raw mut self.0) };
    }
}

fn check(t: &Thread, code: i32) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(ex::os_error(t, code, None)) }
}

unsafe extern "C" {
    fn posix_spawn_file_actions_addclosefrom_np(actions: *mut libc::posix_spawn_file_actions_t, from: i32) -> i32;
}

fn file_actions(t: &Thread, v: Value, paths: &mut Vec<CString>) -> Result<Actions> {
    // SAFETY: plain data, initialised by the call.
    let mut a = unsafe {
        let mut raw = std::mem::zeroed();
        check(t, libc::posix_spawn_file_actions_init(&raw mut raw))?;
        Actions(raw)
    };
    t.for_each(v, |item| {
        let wrong = || t.type_error("Each file_actions element must be a non-empty tuple");
        let Some(fields) = item.downcast::<Tuple>().filter(|f| !f.is_empty()) else { return Err(wrong()) };
        let f = fields.as_slice();
        let shape = |n: usize, what: &str| {
            if f.len() == n { Ok(()) } else { Err(t.type_error(format!("A {what} file_action tuple must have {n} elements"))) }
        };
        // SAFETY: initialised actions; the path is kept by the caller.
        let code = match to_c_int(t, f[0])? {
            0 => {
                shape(5, "open")?;
                paths.push(fs_path(t, f[2], "posix_spawn", false)?.c(t)?);
                let path = paths[paths.len() - 1].as_ptr();
                let (fd, flags, mode) = (to_c_int(t, f[1])?, to_c_int(t, f[3])?, t.to_i64(f[4])? as libc::mode_t);
                unsafe { libc::posix_spawn_file_actions_addopen(&raw mut a.0, fd, path, flags, mode) }
            }
            1 => {
                shape(2, "close")?;
                unsafe { libc::posix_spawn_file_actions_addclose(&raw mut a.0, to_c_int(t, f[1])?) }
            }
            2 => {
                shape(3, "dup2")?;
                unsafe { libc::posix_spawn_file_actions_adddup2(&raw mut a.0, to_c_int(t, f[1])?, to_c_int(t, f[2])?) }
            }
            3 => {
                shape(2, "closefrom")?;
                unsafe { posix_spawn_file_actions_addclosefrom_np(&raw mut a.0, to_c_int(t, f[1])?) }
            }
            _ => return Err(t.type_error("Unknown file_actions identifier")),
        };
        check(t, code)
    })?;
    Ok(a)
}

fn spawn_set(t: &Thread, v: Value) -> Result<libc::sigset_t> {
    crate::signal::signal_set(t, v)
}

/// What `posix_spawn` takes besides the program.
struct SpawnOptions {
    file_actions: Option<Value>,
    group: Option<Value>,
    reset_ids: bool,
    new_session: bool,
    mask: Option<Value>,
    default_signals: Option<Value>,
    scheduler: Option<Value>,
}

fn spawn(t: &Thread, path: Value, argv: Value, env: Value, o: &SpawnOptions, search: bool) -> Result<i32> {
    let function = if search { "posix_spawnp" } else { "posix_spawn" };
    let p = fs_path(t, path, function, false)?;
    let (program, argv) = (p.c(t)?, arguments(t, argv, function)?);
    let env = if env.is_none() { None } else { Some(environment(t, env, function)?) };
    let mut paths = Vec::new();
    let actions = o.file_actions.filter(|v| !v.is_none()).map(|v| file_actions(t, v, &mut paths)).transpose()?;
    // SAFETY: plain data, initialised by the call.
    let mut a = unsafe {
        let mut raw = std::mem::zeroed();
        check(t, libc::posix_spawnattr_init(&raw mut raw))?;
        Attributes(raw)
    };
    let mut flags = 0;
    let at = &raw mut a.0;
    // SAFETY: initialised attributes and live values, here and below.
    unsafe {
        if let Some(g) = o.group.filter(|g| !g.is_none()) {
            check(t, libc::posix_spawnattr_setpgroup(at, to_c_int(t, g)?))?;
            flags |= libc::POSIX_SPAWN_SETPGROUP;
        }
        if o.reset_ids {
            flags |= libc::POSIX_SPAWN_RESETIDS;
        }
        if o.new_session {
            flags |= 0x80;
        }
        if let Some(v) = o.mask {
            check(t, libc::posix_spawnattr_setsigmask(at, &spawn_set(t, v)?))?;
            flags |= libc::POSIX_SPAWN_SETSIGMASK;
        }
        if let Some(v) = o.default_signals {
            check(t, libc::posix_spawnattr_setsigdefault(at, &spawn_set(t, v)?))?;
            flags |= libc::POSIX_SPAWN_SETSIGDEF;
        }
        if let Some(v) = o.scheduler.filter(|v| !v.is_none()) {
            let Some(pair) = v.downcast::<Tuple>() else {
                return Err(t.type_error("scheduler must be a tuple or None"));
            };
            let [policy, param] = *pair.as_slice() else { return Err(t.type_error("A scheduler tuple must have two elements")) };
            if !policy.is_none() {
                check(t, libc::posix_spawnattr_setschedpolicy(at, to_c_int(t, policy)?))?;
                flags |= libc::POSIX_SPAWN_SETSCHEDULER;
            }
            let param = libc::sched_param { sched_priority: priority(t, param)? };
            check(t, libc::posix_spawnattr_setschedparam(at, &raw const param))?;
            flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
        }
        check(t, libc::posix_spawnattr_setflags(at, flags as i16))?;
    }
    let mut pid = 0;
    let place = &raw mut pid as usize;
    let actions_at = actions.as_ref().map_or(std::ptr::null(), |a| &raw const a.0) as usize;
    let attributes_at = &raw const a.0 as usize;
    let (program_at, argv_at) = (program.as_ptr() as usize, argv.as_ptr() as usize);
    let env_at = match &env {
        Some(e) => e.as_ptr() as usize,
        // SAFETY: the C library's pointer, read once.
        None => unsafe { environ as usize },
    };
    // SAFETY: null-terminated arrays and initialised structures, all on this frame or the C library's.
    let code = t.blocking(|| unsafe {
        let f = if search { libc::posix_spawnp } else { libc::posix_spawn };
        f(
            place as *mut i32,
            program_at as *const libc::c_char,
            actions_at as *const libc::posix_spawn_file_actions_t,
            attributes_at as *const libc::posix_spawnattr_t,
            argv_at as *const *mut libc::c_char,
            env_at as *const *mut libc::c_char,
        )
    });
    drop((paths, argv, env));
    if code != 0 { Err(failed(t, &p, code)) } else { Ok(pid) }
}

unsafe extern "C" {
    fn getlogin_r(name: *mut libc::c_char, size: libc::size_t) -> i32;
    static environ: *const *const libc::c_char;
}

fn priority(t: &Thread, v: Value) -> Result<i32> {
    if class_of(v) != struct_seq::class(t, &SCHED_PARAM)? {
        return Err(t.type_error("must have a sched_param object"));
    }
    to_c_int(t, v.downcast::<Tuple>().and_then(|p| p.get(0)).unwrap_or(Value::NONE))
}

/// The result of `wait3` and `wait4`.
fn wait_usage(t: &Thread, pid: i32, options: i32) -> Result<Value> {
    let mut status = 0i32;
    // SAFETY: plain data, filled by the call.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let (s, u) = (&raw mut status as usize, &raw mut usage as usize);
    // SAFETY: live locals.
    let pid = call(t, || unsafe { libc::wait4(pid, s as *mut i32, options, u as *mut libc::rusage) })?;
    (pid, status, crate::resource::usage_value(t, &usage)?).into_value(t)
}

fn done(t: &Thread, r: i32) -> Result<()> {
    if r.failed() { Err(last_error(t)) } else { Ok(()) }
}

/// Processes.
#[pymodule(name = "posix")]
impl PosixProcess {
    /// Make a copy of this process. Returns 0 in the copy, the copy's number here.
    #[py("($module, /)")]
    fn fork(t: &Thread) -> Result<i32> {
        // SAFETY: the child is this thread alone; see `fork`.
        let pid = fork::fork_by(t, || unsafe { libc::fork() }).map_err(|e| ex::os_error(t, e, None))?;
        if pid != 0 {
            fork::warn_if_threads(t, "fork")?;
        }
        Ok(pid)
    }
    /// As fork(), the child on a new terminal. Returns the process number and the terminal's master side.
    #[py("($module, /)")]
    fn forkpty(t: &Thread) -> Result<(i32, i32)> {
        let mut master = -1;
        let place = &raw mut master as usize;
        // SAFETY: as in `fork`; room for a descriptor.
        let pid = fork::fork_by(t, || unsafe {
            libc::forkpty(place as *mut i32, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut())
        })
        .map_err(|e| ex::os_error(t, e, None))?;
        if pid != 0 {
            fork::warn_if_threads(t, "forkpty")?;
        }
        Ok((pid, master))
    }
    /// Have functions called around each fork: before it, and after it in the child and in the parent.
    #[py("($module, /, *, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)")]
    fn register_at_fork(t: &Thread, before: Option<Value>, child: Option<Value>, parent: Option<Value>) -> Result<()> {
        if before.is_none() && child.is_none() && parent.is_none() {
            return Err(t.type_error("At least one argument is required."));
        }
        let all = [("before", before, "before"), ("child", child, "after_in_child"), ("parent", parent, "after_in_parent")];
        for (_, f, what) in &all {
            if let Some(f) = f {
                if !t.is_callable(*f) {
                    return Err(t.type_error(format!("'{what}' must be callable, not {}", class_of(*f).name_string())));
                }
            }
        }
        for (when, f, _) in all {
            if let Some(f) = f {
                fork::add_hook(t, when, f)?;
            }
        }
        Ok(())
    }
    /// Replace this process by a program with these arguments.
    #[py("($module, path, argv, /)")]
    fn execv(t: &Thread, path: Value, argv: Value) -> Result<()> {
        let p = fs_path(t, path, "execv", false)?;
        let (c, argv) = (p.c(t)?, arguments(t, argv, "execv")?);
        // SAFETY: a NUL-terminated path and a null-terminated array.
        unsafe { libc::execv(c.as_ptr(), argv.as_ptr()) };
        Err(failed(t, &p, errno()))
    }
    /// Replace this process by a program with these arguments and this environment.
    #[py("($module, /, path, argv, env)")]
    fn execve(t: &Thread, path: Value, argv: Value, env: Value) -> Result<()> {
        let p = fs_path(t, path, "execve", true)?;
        let argv = arguments(t, argv, "execve")?;
        let env = environment(t, env, "execve")?;
        // SAFETY: a NUL-terminated path or a descriptor, and null-terminated arrays.
        unsafe {
            match p.fd {
                Some(fd) => libc::fexecve(fd, argv.as_ptr(), env.as_ptr()),
                None => libc::execve(p.c(t)?.as_ptr(), argv.as_ptr(), env.as_ptr()),
            };
        }
        Err(failed(t, &p, errno()))
    }
    /// Start a program in a new process; returns its number.
    #[py(
        "($module, path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn posix_spawn(
        t: &Thread,
        path: Value,
        argv: Value,
        env: Value,
        file_actions: Option<Value>,
        group: Option<Value>,
        reset_ids: Option<bool>,
        new_session: Option<bool>,
        mask: Option<Value>,
        default_signals: Option<Value>,
        scheduler: Option<Value>,
    ) -> Result<i32> {
        let (reset_ids, new_session) = (reset_ids.unwrap_or(false), new_session.unwrap_or(false));
        let o = SpawnOptions { file_actions, group, reset_ids, new_session, mask, default_signals, scheduler };
        spawn(t, path, argv, env, &o, false)
    }
    /// As posix_spawn(); the program is looked for along PATH.
    #[py(
        "($module, path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn posix_spawnp(
        t: &Thread,
        path: Value,
        argv: Value,
        env: Value,
        file_actions: Option<Value>,
        group: Option<Value>,
        reset_ids: Option<bool>,
        new_session: Option<bool>,
        mask: Option<Value>,
        default_signals: Option<Value>,
        scheduler: Option<Value>,
    ) -> Result<i32> {
        let (reset_ids, new_session) = (reset_ids.unwrap_or(false), new_session.unwrap_or(false));
        let o = SpawnOptions { file_actions, group, reset_ids, new_session, mask, default_signals, scheduler };
        spawn(t, path, argv, env, &o, true)
    }
    /// Run a command in the shell; returns its wait status.
    #[py("($module, /, command)")]
    fn system(t: &Thread, command: Value) -> Result<i32> {
        let c = fs_path(t, command, "system", false)?.c(t)?;
        // SAFETY: NUL-terminated.
        Ok(t.blocking(|| unsafe { libc::system(c.as_ptr()) }))
    }
    /// End the process by SIGABRT.
    #[py("($module, /)")]
    fn abort(_t: &Thread) {
        std::process::abort()
    }
    /// Wait for any child to end: its number and status.
    #[py("($module, /)")]
    fn wait(t: &Thread) -> Result<(i32, i32)> {
        let mut status = 0i32;
        let place = &raw mut status as usize;
        // SAFETY: a live local.
        let pid = call(t, || unsafe { libc::wait(place as *mut i32) })?;
        Ok((pid, status))
    }
    /// As wait(), with options: number, status, and resources used.
    #[py("($module, /, options)")]
    fn wait3(t: &Thread, options: i32) -> Result<Value> {
        wait_usage(t, -1, options)
    }
    /// As waitpid(): number, status, and resources used.
    #[py("($module, /, pid, options)")]
    fn wait4(t: &Thread, pid: i32, options: i32) -> Result<Value> {
        wait_usage(t, pid, options)
    }
    /// Wait for one of some children; None if WNOHANG was given and none has anything to tell.
    #[py("($module, idtype, id, options, /)")]
    fn waitid(t: &Thread, idtype: i32, id: i64, options: i32) -> Result<Value> {
        // SAFETY: plain data, filled by the call.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let place = &raw mut info as usize;
        // SAFETY: a live local.
        call(t, || unsafe { libc::waitid(idtype as libc::idtype_t, id as libc::id_t, place as *mut libc::siginfo_t, options) })?;
        // SAFETY: fields of plain integers.
        let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
        if pid == 0 {
            return Ok(Value::NONE);
        }
        let n = |i: i32| Value::small_int(i.into());
        struct_seq::new(t, &WAITID, &[n(pid), id_value(t, uid)?, n(info.si_signo), n(status), n(info.si_code)])
    }
    /// Whether the status says that the process ended by exit().
    #[py(name = "WIFEXITED", "($module, /, status)")]
    fn wifexited(_t: &Thread, status: i32) -> bool {
        libc::WIFEXITED(status)
    }
    /// Whether the status says that a signal ended the process.
    #[py(name = "WIFSIGNALED", "($module, /, status)")]
    fn wifsignaled(_t: &Thread, status: i32) -> bool {
        libc::WIFSIGNALED(status)
    }
    /// Whether the status says that the process was stopped.
    #[py(name = "WIFSTOPPED", "($module, /, status)")]
    fn wifstopped(_t: &Thread, status: i32) -> bool {
        libc::WIFSTOPPED(status)
    }
    /// Whether the status says that the process goes on after a stop.
    #[py(name = "WIFCONTINUED", "($module, /, status)")]
    fn wifcontinued(_t: &Thread, status: i32) -> bool {
        libc::WIFCONTINUED(status)
    }
    /// Whether the process left a core dump.
    #[py(name = "WCOREDUMP", "($module, status, /)")]
    fn wcoredump(_t: &Thread, status: i32) -> bool {
        libc::WCOREDUMP(status)
    }
    /// The exit status.
    #[py(name = "WEXITSTATUS", "($module, /, status)")]
    fn wexitstatus(_t: &Thread, status: i32) -> i32 {
        libc::WEXITSTATUS(status)
    }
    /// The signal that ended the process.
    #[py(name = "WTERMSIG", "($module, /, status)")]
    fn wtermsig(_t: &Thread, status: i32) -> i32 {
        libc::WTERMSIG(status)
    }
    /// The signal that stopped the process.
    #[py(name = "WSTOPSIG", "($module, /, status)")]
    fn wstopsig(_t: &Thread, status: i32) -> i32 {
        libc::WSTOPSIG(status)
    }
    /// Send a signal to all processes of a group.
    #[py("($module, pgid, signal, /)")]
    fn killpg(t: &Thread, pgid: i32, signal: i32) -> Result<()> {
        // SAFETY: no memory involved.
        done(t, unsafe { libc::killpg(pgid, signal) })?;
        check_signals(t)
    }
    /// A descriptor for a process.
    #[py("($module, /, pid, flags=0)")]
    fn pidfd_open(t: &Thread, pid: i32, flags: Option<i32>) -> Result<i64> {
        // SAFETY: no memory involved.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags.unwrap_or(0)) };
        if fd == -1 { Err(last_error(t)) } else { Ok(fd) }
    }
    /// Change this process's priority; returns the new one.
    #[py("($module, increment, /)")]
    fn nice(t: &Thread, increment: i32) -> Result<i32> {
        // SAFETY: the thread's own errno; -1 is a valid result.
        let n = unsafe {
            *libc::__errno_location() = 0;
            libc::nice(increment)
        };
        if n == -1 && errno() != 0 { Err(last_error(t)) } else { Ok(n) }
    }
    /// The priority of a process, a group or a user.
    #[py("($module, /, which, who)")]
    fn getpriority(t: &Thread, which: i32, who: i32) -> Result<i32> {
        // SAFETY: as in `nice`.
        let n = unsafe {
            *libc::__errno_location() = 0;
            libc::getpriority(which as libc::__priority_which_t, who as libc::id_t)
        };
        if n == -1 && errno() != 0 { Err(last_error(t)) } else { Ok(n) }
    }
    /// Set the priority of a process, a group or a user.
    #[py("($module, /, which, who, priority)")]
    fn setpriority(t: &Thread, which: i32, who: i32, priority: i32) -> Result<()> {
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setpriority(which as libc::__priority_which_t, who as libc::id_t, priority) })
    }
    /// The process group of a process.
    #[py("($module, /, pid)")]
    fn getpgid(t: &Thread, pid: i32) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::getpgid(pid) })
    }
    /// This process's group.
    #[py("($module, /)")]
    fn getpgrp(_t: &Thread) -> i32 {
        // SAFETY: always succeeds.
        unsafe { libc::getpgrp() }
    }
    /// Put a process into a group.
    #[py("($module, pid, pgrp, /)")]
    fn setpgid(t: &Thread, pid: i32, pgrp: i32) -> Result<()> {
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setpgid(pid, pgrp) })
    }
    /// Make this process the leader of its own group.
    #[py("($module, /)")]
    fn setpgrp(t: &Thread) -> Result<()> {
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setpgid(0, 0) })
    }
    /// The session of a process.
    #[py("($module, pid, /)")]
    fn getsid(t: &Thread, pid: i32) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::getsid(pid) })
    }
    /// Begin a new session.
    #[py("($module, /)")]
    fn setsid(t: &Thread) -> Result<()> {
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setsid() })
    }
    /// The group in the foreground of a terminal.
    #[py("($module, fd, /)")]
    fn tcgetpgrp(t: &Thread, fd: i32) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::tcgetpgrp(fd) })
    }
    /// Bring a group to the foreground of a terminal.
    #[py("($module, fd, pgid, /)")]
    fn tcsetpgrp(t: &Thread, fd: i32, pgid: i32) -> Result<()> {
        // SAFETY: no memory involved.
        done(t, unsafe { libc::tcsetpgrp(fd, pgid) })
    }
    /// Real, effective and saved user.
    #[py("($module, /)")]
    fn getresuid(t: &Thread) -> Result<Value> {
        let mut n = [0u32; 3];
        let [a, b, c] = &mut n;
        // SAFETY: live locals.
        done(t, unsafe { libc::getresuid(a, b, c) })?;
        (id_value(t, n[0])?, id_value(t, n[1])?, id_value(t, n[2])?).into_value(t)
    }
    /// Real, effective and saved group.
    #[py("($module, /)")]
    fn getresgid(t: &Thread) -> Result<Value> {
        let mut n = [0u32; 3];
        let [a, b, c] = &mut n;
        // SAFETY: live locals.
        done(t, unsafe { libc::getresgid(a, b, c) })?;
        (id_value(t, n[0])?, id_value(t, n[1])?, id_value(t, n[2])?).into_value(t)
    }
    /// Become another user.
    #[py("($module, uid, /)")]
    fn setuid(t: &Thread, uid: Value) -> Result<()> {
        let uid = user_id(t, uid, "uid")?;
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setuid(uid) })
    }
    /// Set the effective user.
    #[py("($module, euid, /)")]
    fn seteuid(t: &Thread, euid: Value) -> Result<()> {
        let uid = user_id(t, euid, "uid")?;
        // SAFETY: no memory involved.
        done(t, unsafe { libc::seteuid(uid) })
    }
    /// Set the real and the effective user.
    #[py("($module, ruid, euid, /)")]
    fn setreuid(t: &Thread, ruid: Value, euid: Value) -> Result<()> {
        let (a, b) = (user_id(t, ruid, "uid")?, user_id(t, euid, "uid")?);
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setreuid(a, b) })
    }
    /// Set the real, the effective and the saved user.
    #[py("($module, ruid, euid, suid, /)")]
    fn setresuid(t: &Thread, ruid: Value, euid: Value, suid: Value) -> Result<()> {
        let (a, b, c) = (user_id(t, ruid, "uid")?, user_id(t, euid, "uid")?, user_id(t, suid, "uid")?);
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setresuid(a, b, c) })
    }
    /// Change this process's group.
    #[py("($module, gid, /)")]
    fn setgid(t: &Thread, gid: Value) -> Result<()> {
        let gid = user_id(t, gid, "gid")?;
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setgid(gid) })
    }
    /// Set the effective group.
    #[py("($module, egid, /)")]
    fn setegid(t: &Thread, egid: Value) -> Result<()> {
        let gid = user_id(t, egid, "gid")?;
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setegid(gid) })
    }
    /// Set the real and the effective group.
    #[py("($module, rgid, egid, /)")]
    fn setregid(t: &Thread, rgid: Value, egid: Value) -> Result<()> {
        let (a, b) = (user_id(t, rgid, "gid")?, user_id(t, egid, "gid")?);
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setregid(a, b) })
    }
    /// Set the real, the effective and the saved group.
    #[py("($module, rgid, egid, sgid, /)")]
    fn setresgid(t: &Thread, rgid: Value, egid: Value, sgid: Value) -> Result<()> {
        let (a, b, c) = (user_id(t, rgid, "gid")?, user_id(t, egid, "gid")?, user_id(t, sgid, "gid")?);
        // SAFETY: no memory involved.
        done(t, unsafe { libc::setresgid(a, b, c) })
    }
    /// The further groups of this process.
    #[py("($module, /)")]
    fn getgroups(t: &Thread) -> Result<Value> {
        let mut all = vec![0u32; 65536];
        // SAFETY: room for as many as there may be.
        let n = unsafe { libc::getgroups(all.len() as i32, all.as_mut_ptr()) };
        done(t, n)?;
        let out = List::new(t)?;
        for g in &all[..n as usize] {
            out.append(t, id_value(t, *g)?)?;
        }
        Ok(out.value())
    }
    /// Set the further groups of this process.
    #[py("($module, groups, /)")]
    fn setgroups(t: &Thread, groups: Value) -> Result<()> {
        if !t.is_sequence(groups) {
            return Err(t.type_error("setgroups argument must be a sequence"));
        }
        let mut all = Vec::new();
        t.for_each(groups, |g| {
            all.push(user_id(t, g, "gid")?);
            Ok(())
        })?;
        // SAFETY: a live array of that length.
        done(t, unsafe { libc::setgroups(all.len(), all.as_ptr()) })
    }
    /// The groups that a user belongs to, and the given one.
    #[py("($module, user, group, /)")]
    fn getgrouplist(t: &Thread, user: Ref<Str>, group: Value) -> Result<Value> {
        let user = CString::new(user.to_string_lossy()).map_err(|_| t.value_error("embedded null character"))?;
        let base = user_id(t, group, "gid")?;
        let mut all = vec![0u32; 64];
        let n = loop {
            let mut n = all.len() as i32;
            // SAFETY: room for `n` groups.
            if unsafe { libc::getgrouplist(user.as_ptr(), base, all.as_mut_ptr(), &raw mut n) } != -1 {
                break n as usize;
            }
            all.resize(all.len() * 2, 0);
        };
        let out = List::new(t)?;
        for g in &all[..n] {
            out.append(t, id_value(t, *g)?)?;
        }
        Ok(out.value())
    }
    /// Take on the groups that a user belongs to, and the given one.
    #[py("($module, username, gid, /)")]
    fn initgroups(t: &Thread, username: Value, gid: Value) -> Result<()> {
        let user = fs_path(t, username, "initgroups", false)?.c(t)?;
        let gid = user_id(t, gid, "gid")?;
        // SAFETY: NUL-terminated.
        done(t, unsafe { libc::initgroups(user.as_ptr(), gid) })
    }
    /// The name of the user logged in on this process's terminal.
    #[py("($module, /)")]
    fn getlogin(t: &Thread) -> Result<Ref<Str>> {
        let mut buffer = [0u8; 256];
        // SAFETY: room as said.
        match unsafe { getlogin_r(buffer.as_mut_ptr().cast(), buffer.len()) } {
            0 => super::decode_fs(t, &buffer[..buffer.iter().position(|b| *b == 0).unwrap_or(0)]),
            e => Err(ex::os_error(t, e, None)),
        }
    }
    /// The highest priority of a scheduling policy.
    #[py("($module, /, policy)")]
    fn sched_get_priority_max(t: &Thread, policy: i32) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::sched_get_priority_max(policy) })
    }
    /// The lowest priority of a scheduling policy.
    #[py("($module, /, policy)")]
    fn sched_get_priority_min(t: &Thread, policy: i32) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::sched_get_priority_min(policy) })
    }
    /// The scheduling policy of a process.
    #[py("($module, pid, /)")]
    fn sched_getscheduler(t: &Thread, pid: i32) -> Result<i32> {
        // SAFETY: no memory involved.
        call(t, || unsafe { libc::sched_getscheduler(pid) })
    }
    /// Set the scheduling policy and parameters of a process.
    #[py("($module, pid, policy, param, /)")]
    fn sched_setscheduler(t: &Thread, pid: i32, policy: i32, param: Value) -> Result<()> {
        let p = libc::sched_param { sched_priority: priority(t, param)? };
        // SAFETY: a live structure.
        done(t, unsafe { libc::sched_setscheduler(pid, policy, &raw const p) })
    }
    /// The scheduling parameters of a process.
    #[py("($module, pid, /)")]
    fn sched_getparam(t: &Thread, pid: i32) -> Result<Value> {
        let mut p = libc::sched_param { sched_priority: 0 };
        // SAFETY: a live structure.
        done(t, unsafe { libc::sched_getparam(pid, &raw mut p) })?;
        struct_seq::new(t, &SCHED_PARAM, &[Value::small_int(p.sched_priority.into())])
    }
    /// Set the scheduling parameters of a process.
    #[py("($module, pid, param, /)")]
    fn sched_setparam(t: &Thread, pid: i32, param: Value) -> Result<()> {
        let p = libc::sched_param { sched_priority: priority(t, param)? };
        // SAFETY: a live structure.
        done(t, unsafe { libc::sched_setparam(pid, &raw const p) })
    }
    /// The time slice of a process under round-robin scheduling, in seconds.
    #[py("($module, pid, /)")]
    fn sched_rr_get_interval(t: &Thread, pid: i32) -> Result<f64> {
        let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: a live structure.
        done(t, unsafe { libc::sched_rr_get_interval(pid, &raw mut ts) })?;
        Ok(ts.tv_sec as f64 + ts.tv_nsec as f64 * 1e-9)
    }
    /// Let other threads run.
    #[py("($module, /)")]
    fn sched_yield(t: &Thread) -> Result<()> {
        // SAFETY: no memory involved.
        detached(t, || unsafe { libc::sched_yield() }).map(drop).map_err(|e| ex::os_error(t, e, None))
    }
    /// Set the CPUs on which a process may run.
    #[py("($module, pid, mask, /)")]
    fn sched_setaffinity(t: &Thread, pid: i32, mask: Value) -> Result<()> {
        // SAFETY: plain data.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        t.for_each(mask, |cpu| {
            if !taipan_vm::objects::int::is_int(cpu) {
                return Err(
                    t.type_error(format!("expected an iterator of ints, but iterator yielded {}", t.repr(class_of(cpu).value())?))
                );
            }
            let n = t.to_i64(cpu)?;
            if n < 0 {
                return Err(t.value_error("negative CPU number"));
            }
            if n > i64::from(i32::MAX) - 1 {
                return Err(t.overflow_error("CPU number too large"));
            }
            if n < i64::from(libc::CPU_SETSIZE) {
                // SAFETY: below the size of the set.
                unsafe { libc::CPU_SET(n as usize, &mut set) };
            }
            Ok(())
        })?;
        // SAFETY: a live set.
        done(t, unsafe { libc::sched_setaffinity(pid, size_of::<libc::cpu_set_t>(), &raw const set) })
    }
    /// Leave some of the namespaces shared with other processes.
    #[py("($module, /, flags)")]
    fn unshare(t: &Thread, flags: i32) -> Result<()> {
        // SAFETY: no memory involved.
        detached(t, || unsafe { libc::unshare(flags) }).map(drop).map_err(|e| ex::os_error(t, e, None))
    }
    /// Join the namespace that a descriptor stands for.
    #[py("($module, /, fd, nstype=0)")]
    fn setns(t: &Thread, fd: Value, nstype: Option<i32>) -> Result<()> {
        let (fd, kind) = (crate::system::descriptor(t, fd)?, nstype.unwrap_or(0));
        // SAFETY: no memory involved.
        detached(t, || unsafe { libc::setns(fd, kind) }).map(drop).map_err(|e| ex::os_error(t, e, None))
    }
    /// The name of this process's terminal.
    #[py("($module, /)")]
    fn ctermid(_t: &Thread) -> &'static str {
        "/dev/tty"
    }
    /// The system's load: averages over 1, 5 and 15 minutes.
    #[py("($module, /)")]
    fn getloadavg(t: &Thread) -> Result<(f64, f64, f64)> {
        let mut n = [0f64; 3];
        // SAFETY: room for three.
        if unsafe { libc::getloadavg(n.as_mut_ptr(), 3) } != 3 {
            return Err(t.os_error_plain("Load averages are unobtainable"));
        }
        Ok((n[0], n[1], n[2]))
    }
    /// The environment as the process has it now: a dict of bytes.
    #[py("($module, /)")]
    fn _create_environ(t: &Thread) -> Result<Ref<Dict>> {
        super::environment(t)
    }
    /// The encoding of a terminal's text, or None for other descriptors.
    #[py("($module, /, fd)")]
    fn device_encoding(_t: &Thread, fd: i32) -> Option<&'static str> {
        // SAFETY: no memory involved.
        (unsafe { libc::isatty(fd) } == 1).then_some("UTF-8")
    }
}
