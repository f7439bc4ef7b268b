//! The threads that may hold references, and the states they are in.
//!
//! # States
//! - *running*: may read and write cells. The collector and other threads' requests wait for it to poll.
//! - *blocked*: does not touch cells. Its callee-saved registers are on its stack and the stack pointer is recorded, so the
//!   stack can be scanned; requests are answered for it. A thread is blocked while it waits for anything: a system call
//!   ([`Mutator::blocking`]), a stopped world, another thread's answer, a cell's lock.
//! - *claimed*: blocked, and another thread is running a request on its behalf: it cannot start to run meanwhile.
//!
//! A thread goes from running to blocked and back by itself; only blocked threads are claimed.
//!
//! # The order that makes it safe
//! Whoever wants something writes its wish (a request and the poll bit; the stop word) and *then* reads the thread's state. A
//! thread that blocks or starts to run writes its state and *then* reads the wishes. All four are sequentially consistent, so
//! at least one side sees the other: a wish is never lost between a poll and a block, and a thread that starts to run just
//! when the world stops goes back before it touched a cell.
//!
//! # Locks
//! | lock | protects | taken while holding |
//! |---|---|---|
//! | stop lock (`handshake`) | who may stop the world | nothing; waited for while blocked |
//! | thread list (here) | who exists, ids; the moment the world stops | stop lock |
//! | a record's requests | its queue | any of the above |
//! | space (`space`) | blocks | stop lock |
//! | collector's state, queues (`collect`, `weak`) | old registrations, queues, hooks | stop lock |
//! | shape lists (`shape`) | dirty, young, free and permanent shapes | stop lock |
//! | a bucket of the parking lot (`lock`) | who waits for cells' locks | nothing |
//!
//! A running thread may take any of them but the stop lock: none is held across a poll or a wait.

use crate::handshake::{self, Request, STOP};
use crate::{Mutator, futex, poll_bits};
use std::collections::VecDeque;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};
use std::sync::{Arc, Mutex, MutexGuard};

pub(crate) mod state {
    pub const RUNNING: u32 = 0;
    pub const BLOCKED: u32 = 1;
    pub const CLAIMED: u32 = 2;
    /// Detached: answers nothing any more.
    pub const GONE: u32 = 3;
}

/// What other threads know of a thread.
pub(crate) struct Record {
    pub id: u16,
    pub state: AtomicU32,
    /// Null until the thread has started.
    pub mutator: AtomicPtr<Mutator>,
    /// Lowest stack address in use; valid while the thread is blocked.
    pub sp: AtomicUsize,
    pub stack_top: AtomicUsize,
    pub stack_low: AtomicUsize,
    pub requests: Mutex<Vec<*const Request<'static>>>,
}
// SAFETY: the raw pointers are to requests, which outlive their presence in the queue, and to the thread's mutator, which is
// used by others only while the thread is stopped or claimed.
unsafe impl Send for Record {}
// SAFETY: as above.
unsafe impl Sync for Record {}

pub(crate) struct Threads {
    /// Started threads by id.
    pub by_id: Vec<Option<Arc<Record>>>,
    free: VecDeque<u16>,
}

static THREADS: Mutex<Threads> = Mutex::new(Threads { by_id: Vec::new(), free: VecDeque::new() });

pub(crate) fn threads() -> MutexGuard<'static, Threads> {
    THREADS.lock().expect("no panic with the thread list locked")
}

impl Threads {
    pub fn started(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.by_id.iter().flatten()
    }
    fn take_id(&mut self) -> Option<u16> {
        // An id rests for as long as possible: cells that a thread left behind belong to whoever has its id.
        if self.free.len() < 64 && self.by_id.len() < u16::MAX as usize {
            if self.by_id.is_empty() {
                self.by_id.push(None);
            }
            self.by_id.push(None);
            return Some((self.by_id.len() - 1) as u16);
        }
        self.free.pop_front()
    }
}

impl Record {
    pub fn new() -> Option<Arc<Record>> {
        let id = threads().take_id()?;
        Some(Arc::new(Record {
            id,
            state: AtomicU32::new(state::BLOCKED),
            mutator: AtomicPtr::new(std::ptr::null_mut()),
            sp: AtomicUsize::new(0),
            stack_top: AtomicUsize::new(0),
            stack_low: AtomicUsize::new(0),
            requests: Mutex::new(Vec::new()),
        }))
    }
    /// The thread's mutator, for threads that have started.
    /// # Safety
    /// The thread is stopped or claimed by the caller, or is the caller.
    pub unsafe fn mutator(&self) -> &Mutator {
        // SAFETY: set when the thread started, valid until it detaches, which needs it to run.
        unsafe { &*self.mutator.load(Acquire) }
    }
    /// The part of the native stack that is in use; empty for a thread that never blocked.
    pub fn stack(&self) -> (*const u64, usize) {
        let (sp, top) = (self.sp.load(Relaxed) & !7, self.stack_top.load(Relaxed));
        if sp == 0 || top <= sp { (std::ptr::null(), 0) } else { (sp as *const u64, (top - sp) / 8) }
    }
}

/// Bounds of the calling thread's stack: lowest usable address and end.
fn stack_bounds() -> (usize, usize) {
    // SAFETY: plain queries about the calling thread, into zeroed out-parameters.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attr) != 0 {
            eprintln!("taipan: cannot find the bounds of a thread's stack");
            std::process::abort();
        }
        let (mut low, mut size, mut guard) = (std::ptr::null_mut(), 0, 0);
        libc::pthread_attr_getstack(&attr, &mut low, &mut size);
        libc::pthread_attr_getguardsize(&attr, &mut guard);
        libc::pthread_attr_destroy(&mut attr);
        (low as usize + guard, low as usize + size)
    }
}

#[cfg(target_arch = "x86_64")]
const SAVED: usize = 6;
#[cfg(target_arch = "aarch64")]
const SAVED: usize = 20;

/// Stores the callee-saved registers in this frame and calls `f` with the lowest address of the frame. What `f` captured
/// stays in the frame too, wherever `f` moves it, so the stack from that address up holds all that the thread can reach.
#[inline(never)]
pub(crate) fn with_spilled<F: FnOnce(usize) -> R, R>(f: F) -> R {
    let mut saved = [0usize; SAVED];
    let sp: usize;
    // SAFETY: stores registers into `saved`, which is large enough.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12", "mov [{0} + 24], r13", "mov [{0} + 32], r14",
            "mov [{0} + 40], r15", "mov {1}, rsp",
            in(reg) saved.as_mut_ptr(), out(reg) sp, options(nostack, preserves_flags)
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{0}]", "stp x21, x22, [{0}, 16]", "stp x23, x24, [{0}, 32]", "stp x25, x26, [{0}, 48]",
            "stp x27, x28, [{0}, 64]", "stp x29, x30, [{0}, 80]", "stp d8, d9, [{0}, 96]", "stp d10, d11, [{0}, 112]",
            "stp d12, d13, [{0}, 128]", "stp d14, d15, [{0}, 144]", "mov {1}, sp",
            in(reg) saved.as_mut_ptr(), out(reg) sp, options(nostack, preserves_flags)
        );
    }
    let kept = MaybeUninit::new(ManuallyDrop::new(f));
    std::hint::black_box((&saved, &kept));
    // SAFETY: read once; the original is never used as a value again.
    let f = ManuallyDrop::into_inner(unsafe { kept.as_ptr().read() });
    let r = f(sp);
    std::hint::black_box((&saved, &kept));
    r
}

impl Mutator {
    /// Tells the heap where the thread's record is. From here on the mutator must not be moved, and the calling thread is a
    /// running one. Called by the thread itself, once the mutator has its place, before it handles any reference; the slow
    /// paths call it for those who forgot.
    pub fn start(&self) {
        if self.is_started() {
            return;
        }
        let r = &*self.record;
        let (low, top) = stack_bounds();
        r.stack_low.store(low, Relaxed);
        r.stack_top.store(top, Relaxed);
        loop {
            let mut list = threads();
            if STOP.load(SeqCst) == 0 {
                // Before anybody can set it.
                self.poll.fetch_and(!poll_bits::HANDSHAKE, SeqCst);
                r.mutator.store(std::ptr::from_ref(self).cast_mut(), Release);
                r.state.store(state::RUNNING, SeqCst);
                list.by_id[r.id as usize] = Some(self.record.clone());
                break;
            }
            drop(list);
            futex::wait(&STOP, 1, None);
        }
    }
    #[inline]
    pub(crate) fn is_started(&self) -> bool {
        !self.record.mutator.load(Relaxed).is_null()
    }

    /// Ends the thread's part in the heap; `Drop` calls it.
    pub(crate) fn detach(&self) {
        let r = &*self.record;
        if !self.is_started() {
            threads().free.push_back(r.id);
            return;
        }
        loop {
            self.poll_slow();
            let mut list = threads();
            // While the list is locked and the world is not stopping, it cannot begin to stop.
            if STOP.load(SeqCst) == 0 {
                self.retire();
                r.state.store(state::GONE, SeqCst);
                list.by_id[r.id as usize] = None;
                list.free.push_back(r.id);
                break;
            }
        }
        // Requests that came in between the poll and now: nothing more will run here, so they are as good as done.
        let left = std::mem::take(&mut *r.requests.lock().expect("requests"));
        for request in left {
            // SAFETY: its requester waits until it is answered.
            unsafe { handshake::answer(request, self) };
        }
    }

    /// Runs `f`, which may wait for long, without being a running thread: the world may be stopped and collected meanwhile.
    /// `f` must not touch cells nor allocate; it may use memory inside cells that the caller holds references to.
    pub fn blocking<R>(&self, f: impl FnOnce() -> R) -> R {
        self.start();
        with_spilled(|sp| {
            self.enter_blocked(sp);
            let back = Back(self);
            let r = f();
            drop(back);
            r
        })
    }

    /// From running to blocked. `sp`: from [`with_spilled`].
    pub(crate) fn enter_blocked(&self, sp: usize) {
        let r = &*self.record;
        debug_assert_eq!(self.exclusive_depth.get(), 0, "a thread that holds a cell exclusively must not wait");
        r.sp.store(sp, Relaxed);
        loop {
            debug_assert_eq!(r.state.load(Relaxed), state::RUNNING);
            r.state.store(state::BLOCKED, SeqCst);
            if self.poll.load(SeqCst) & poll_bits::HANDSHAKE == 0 {
                break;
            }
            if STOP.load(SeqCst) != 0 {
                handshake::stopped();
            }
            // Requests that came before this thread was seen blocked may have nobody else to answer them.
            if r.requests.lock().expect("requests").is_empty() {
                break;
            }
            self.leave_blocked();
            self.answer_requests();
        }
    }

    /// From blocked to running, once nobody objects.
    pub(crate) fn leave_blocked(&self) {
        let r = &*self.record;
        loop {
            match r.state.compare_exchange(state::BLOCKED, state::RUNNING, SeqCst, SeqCst) {
                Ok(_) => {}
                Err(_) => {
                    futex::wait(&r.state, state::CLAIMED, None);
                    continue;
                }
            }
            if STOP.load(SeqCst) == 0 || self.stopping.get() > 0 {
                return;
            }
            r.state.store(state::BLOCKED, SeqCst);
            handshake::stopped();
            while STOP.load(SeqCst) != 0 {
                futex::wait(&STOP, 1, None);
            }
        }
    }

    /// Lowest address the native stack may reach, with a margin for what runs between two checks.
    pub fn stack_limit(&self) -> usize {
        self.start();
        let (low, top) = (self.record.stack_low.load(Relaxed), self.record.stack_top.load(Relaxed));
        low + ((top - low) / 4).min(256 << 10)
    }
}

struct Back<'a>(&'a Mutator);
impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.0.leave_blocked()
    }
}
