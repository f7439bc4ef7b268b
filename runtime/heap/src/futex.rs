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
