//! `pwd` and `grp`: the databases of users and groups.

use crate::posix::{decode_fs, fs_path, user_id};
use std::ffi::{CStr, CString};
use std::sync::Mutex;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::struct_seq::{self, Description};

pub struct Pwd;
pub struct Grp;

static PASSWD: Description = Description {
    name: "pwd.struct_passwd",
    doc: "pwd.struct_passwd: an entry of the user database.",
    fields: &[
        ("pw_name", "user name"),
        ("pw_passwd", "password"),
        ("pw_uid", "user id"),
        ("pw_gid", "group id"),
        ("pw_gecos", "real name"),
        ("pw_dir", "home directory"),
        ("pw_shell", "shell program"),
    ],
    visible: 7,
    callable: true,
};
static GROUP: Description = Description {
    name: "grp.struct_group",
    doc: "grp.struct_group: an entry of the group database.",
    fields: &[("gr_name", "group name"), ("gr_passwd", "password"), ("gr_gid", "group id"), ("gr_mem", "group members")],
    visible: 4,
    callable: true,
};

/// The C library keeps one position for all who list.
static LISTING: Mutex<()> = Mutex::new(());

/// A C text, or None.
fn text(t: &Thread, p: *const libc::c_char) -> Result<Value> {
    if p.is_null() {
        return Ok(Value::NONE);
    }
    // SAFETY: the C library's texts are NUL-terminated.
    decode_fs(t, unsafe { CStr::from_ptr(p) }.to_bytes()).map(Ref::value)
}

fn id(t: &Thread, n: u32) -> Result<Value> {
    if n == u32::MAX { Ok(Value::small_int(-1)) } else { t.int(n.into()) }
}

fn user(t: &Thread, p: &libc::passwd) -> Result<Value> {
    let v = [
        text(t, p.pw_name)?,
        text(t, p.pw_passwd)?,
        id(t, p.pw_uid)?,
        id(t, p.pw_gid)?,
        text(t, p.pw_gecos)?,
        text(t, p.pw_dir)?,
        text(t, p.pw_shell)?,
    ];
    struct_seq::new(t, &PASSWD, &v)
}

fn group(t: &Thread, g: &libc::group) -> Result<Value> {
    let members = List::new(t)?;
    let mut p = g.gr_mem;
    // SAFETY: a null-terminated list of texts.
    unsafe {
        while !p.is_null() && !p.read_unaligned().is_null() {
            members.append(t, text(t, p.read_unaligned())?)?;
            p = p.add(1);
        }
    }
    let v = [text(t, g.gr_name)?, text(t, g.gr_passwd)?, id(t, g.gr_gid)?, members.value()];
    struct_seq::new(t, &GROUP, &v)
}

/// Calls one of the reentrant look-ups with a buffer that grows until it is large enough. False: no such entry.
fn look_up<T>(
    t: &Thread,
    entry: &mut T,
    f: impl Fn(*mut T, *mut libc::c_char, usize, *mut *mut T) -> i32,
    buffer: &mut Vec<libc::c_char>,
) -> Result<bool> {
    buffer.resize(1024, 0);
    loop {
        let mut found: *mut T = std::ptr::null_mut();
        let (e, b, n, o) =
            (std::ptr::from_mut(entry) as usize, buffer.as_mut_ptr() as usize, buffer.len(), &raw mut found as usize);
        let code = t.blocking(|| f(e as *mut T, b as *mut libc::c_char, n, o as *mut *mut T));
        match code {
            libc::ERANGE if n < 1 << 24 => buffer.resize(n * 2, 0),
            libc::ENOMEM => return Err(t.memory_error()),
            0 if !found.is_null() => return Ok(true),
            // Several numbers stand for "there is none".
            0 | libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM => return Ok(false),
            e => return Err(ex::os_error(t, e, None)),
        }
    }
}

fn name_text(t: &Thread, name: Value, function: &str) -> Result<CString> {
    if name.downcast::<Str>().is_none() {
        let given = class_of(name).name_string();
        return Err(t.type_error(format!(
            "{function}() argument{} must be str, not {given}",
            if function == "getgrnam" { " 'name'" } else { "" }
        )));
    }
    match fs_path(t, name, function, false) {
        Ok(p) => p.c(t),
        Err(e) if e.is(t, ex::class(ex::Kind::ValueError)) && !e.is(t, ex::class(ex::Kind::UnicodeError)) => {
            Err(t.value_error("embedded null byte"))
        }
        Err(e) => Err(e),
    }
}

fn not_found(t: &Thread, text: String) -> Exc {
    match Str::from_str(t, &text) {
        Ok(s) => t.key_error(s.value()),
        Err(e) => e,
    }
}

fn init_pwd(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "struct_passwd", struct_seq::class(t, &PASSWD)?.value())
}
fn init_grp(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "struct_group", struct_seq::class(t, &GROUP)?.value())
}

/// The user database.
#[pymodule(name = "pwd", init = init_pwd)]
impl Pwd {
    /// The entry of the user with a number.
    #[py("($module, uidobj, /)")]
    fn getpwuid(t: &Thread, uidobj: Value) -> Result<Value> {
        let absent = |shown: Ref<Str>| not_found(t, format!("getpwuid(): uid not found: {shown}"));
        let uid = match user_id(t, uidobj, "uid") {
            Ok(u) => u,
            Err(e) if e.is(t, ex::class(ex::Kind::OverflowError)) => return Err(absent(t.str(uidobj)?)),
            Err(e) => return Err(e),
        };
        // SAFETY: plain data, filled by the call.
        let mut p: libc::passwd = unsafe { std::mem::zeroed() };
        let mut buffer = Vec::new();
        // SAFETY: the places and sizes are those of `look_up`.
        let found = look_up(t, &mut p, |e, b, n, o| unsafe { libc::getpwuid_r(uid, e, b, n, o) }, &mut buffer)?;
        if found { user(t, &p) } else { Err(absent(t.str(uidobj)?)) }
    }
    /// The entry of the user with a name.
    #[py("($module, name, /)")]
    fn getpwnam(t: &Thread, name: Value) -> Result<Value> {
        let c = name_text(t, name, "getpwnam")?;
        // SAFETY: plain data, filled by the call.
        let mut p: libc::passwd = unsafe { std::mem::zeroed() };
        let mut buffer = Vec::new();
        // SAFETY: the places and sizes are those of `look_up`.
        let found = look_up(t, &mut p, |e, b, n, o| unsafe { libc::getpwnam_r(c.as_ptr(), e, b, n, o) }, &mut buffer)?;
        if found { user(t, &p) } else { Err(not_found(t, format!("getpwnam(): name not found: {}", t.repr(name)?))) }
    }
    /// All entries.
    #[py("($module, /)")]
    fn getpwall(t: &Thread) -> Result<Ref<List>> {
        let out = List::new(t)?;
        // SAFETY: one lists at a time; an entry is read before the next is asked for.
        unsafe {
            let guard = t.blocking(|| LISTING.lock().unwrap_or_else(|p| p.into_inner()));
            libc::setpwent();
            while let Some(p) = libc::getpwent().as_ref() {
                let entry = user(t, p).and_then(|u| out.append(t, u));
                if let Err(e) = entry {
                    libc::endpwent();
                    return Err(e);
                }
            }
            libc::endpwent();
            drop(guard);
        }
        Ok(out)
    }
}

/// The group database.
#[pymodule(name = "grp", init = init_grp)]
impl Grp {
    /// The entry of the group with a number.
    #[py("($module, /, id)")]
    fn getgrgid(t: &Thread, id: Value) -> Result<Value> {
        let absent = |shown: Ref<Str>| not_found(t, format!("getgrgid(): gid not found: {shown}"));
        let gid = match user_id(t, id, "gid") {
            Ok(g) => g,
            Err(e) if e.is(t, ex::class(ex::Kind::OverflowError)) => return Err(absent(t.str(id)?)),
            Err(e) => return Err(e),
        };
        // SAFETY: plain data, filled by the call.
        let mut g: libc::group = unsafe { std::mem::zeroed() };
        let mut buffer = Vec::new();
        // SAFETY: the places and sizes are those of `look_up`.
        let found = look_up(t, &mut g, |e, b, n, o| unsafe { libc::getgrgid_r(gid, e, b, n, o) }, &mut buffer)?;
        if found { group(t, &g) } else { Err(absent(t.str(id)?)) }
    }
    /// The entry of the group with a name.
    #[py("($module, /, name)")]
    fn getgrnam(t: &Thread, name: Value) -> Result<Value> {
        let c = name_text(t, name, "getgrnam")?;
        // SAFETY: plain data, filled by the call.
        let mut g: libc::group = unsafe { std::mem::zeroed() };
        let mut buffer = Vec::new();
        // SAFETY: the places and sizes are those of `look_up`.
        let found = look_up(t, &mut g, |e, b, n, o| unsafe { libc::getgrnam_r(c.as_ptr(), e, b, n, o) }, &mut buffer)?;
        if found { group(t, &g) } else { Err(not_found(t, format!("getgrnam(): name not found: {}", t.repr(name)?))) }
    }
    /// All entries.
    #[py("($module, /)")]
    fn getgrall(t: &Thread) -> Result<Ref<List>> {
        let out = List::new(t)?;
        // SAFETY: one lists at a time; an entry is read before the next is asked for.
        unsafe {
            let guard = t.blocking(|| LISTING.lock().unwrap_or_else(|p| p.into_inner()));
            libc::setgrent();
            while let Some(g) = libc::getgrent().as_ref() {
                let entry = group(t, g).and_then(|g| out.append(t, g));
                if let Err(e) = entry {
                    libc::endgrent();
                    return Err(e);
                }
            }
            libc::endgrent();
            drop(guard);
        }
        Ok(out)
    }
}
