//! Waiting for a 32-bit word to change, and waking who waits.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Sleeps while `word` holds `value`; may return early. `timeout`: longest sleep.
pub(crate) fn wait(word: &AtomicU32, value: u32, timeout: Option<Duration>) {
    let ts = timeout.map(|d| libc::timespec { tv_sec: d.as_secs() as _, tv_nsec: d.subsec_nanos() as _ });
    let ts = ts.as_ref().map_or(std::ptr::null(), |t| t as *const _);
    // SAFETY: the word and the time outlive the call.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG, value, ts) };
}

/// One word of `futex_waitv(2)`.
#[repr(C)]
struct Waited {
    value: u64,
    address: u64,
    flags: u32,
    reserved: u32,
}
/// A 32-bit word, private to the process.
const WAITED: u32 = 2 | libc::FUTEX_PRIVATE_FLAG as u32;
const SYS_FUTEX_WAITV: libc::c_long = 449;

/// As [`wait`], for two words: sleeps while both hold their values. Before Linux 5.16 only the first is looked at.
pub(crate) fn wait_either(words: [(&AtomicU32, u32); 2], timeout: Option<Duration>) {
    let waited =
        words.map(|(word, value)| Waited { value: value.into(), address: word.as_ptr() as u64, flags: WAITED, reserved: 0 });
    // This call wants a point in time.
    let end = timeout.and_then(|d| {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: filled by the call, which cannot fail.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
        let ns = now.tv_nsec + i64::from(d.subsec_nanos());
        let sec = now.tv_sec.checked_add(i64::try_from(d.as_secs()).ok()?)?.checked_add(ns / 1_000_000_000)?;
        Some(libc::timespec { tv_sec: sec, tv_nsec: ns % 1_000_000_000 })
    });
    let ts = end.as_ref().map_or(std::ptr::null(), |t| t as *const _);
    // SAFETY: the words, their description and the time outlive the call.
    let r = unsafe { libc::syscall(SYS_FUTEX_WAITV, waited.as_ptr(), waited.len(), 0, ts, libc::CLOCK_MONOTONIC) };
    // A sandbox that does not know the call may answer EPERM.
    // SAFETY: the thread's own errno.
    if r == -1 && matches!(unsafe { *libc::__errno_location() }, libc::ENOSYS | libc::EPERM) {
        wait(words[0].0, words[0].1, timeout)
    }
}

/// Wakes all threads that wait for this word. Only the address is used: the word itself may be gone already.
pub(crate) fn wake_all(word: *const AtomicU32) {
    // SAFETY: the kernel treats the address as a key.
    unsafe { libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, i32::MAX) };
}

/// Wakes one thread that waits for this word.
pub(crate) fn wake_one(word: *const AtomicU32) {
    // SAFETY: the kernel treats the address as a key.
    unsafe { libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, 1) };
}
