//! `mmap`: files and anonymous memory mapped into this process.
//!
//! The mapping is outside the heap. All that looks at it or at the position is done in `t.exclusive` of the object, closing too:
//! which fails while views exist, and leaves the memory to those that were merely forgotten. Resizing stops the world.

use crate::system::{call, last_error, to_c_int};
use std::sync::atomic::{AtomicUsize, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::exports::Exports;
use taipan_vm::objects::memoryview::{Lent, MemoryView};
use taipan_vm::objects::slice::Slice;

pub struct MmapModule;

const ACCESS_DEFAULT: i32 = 0;
const ACCESS_READ: i32 = 1;
const ACCESS_WRITE: i32 = 2;
const ACCESS_COPY: i32 = 3;

/// A mapping: unmapped, and its descriptor closed, with the cell.
struct Mapping {
    /// 0 once closed.
    address: AtomicUsize,
    len: AtomicUsize,
    /// The address of a closed mapping that forgotten views may still read; 0: none.
    left: AtomicUsize,
    fd: crate::select::OwnedDescriptor,
}
impl Drop for Mapping {
    fn drop(&mut self) {
        let (address, len) = (self.address.swap(0, AcqRel).max(self.left.swap(0, AcqRel)), self.len.load(Acquire));
        if address != 0 {
            // SAFETY: ours, and the object that lent it out is dead.
            unsafe { libc::munmap(address as *mut libc::c_void, len) };
        }
    }
}

#[derive(HeapType)]
#[repr(C)]
pub struct Mmap {
    header: Header,
    #[noscan(drop)]
    map: Mapping,
    #[noscan(drop)]
    exports: Exports,
    position: AtomicUsize,
    offset: i64,
    access: i32,
    flags: i32,
}

impl Mmap {
    /// The mapped memory. To be used in `t.exclusive`, where this is called again.
    fn memory(t: &Thread, this: Ref<Mmap>) -> Result<(*mut u8, usize)> {
        match this.map.address.load(Acquire) {
            0 => Err(t.value_error("mmap closed or invalid")),
            a => Ok((a as *mut u8, this.map.len.load(Acquire))),
        }
    }
    /// Calls `f` with the memory, which it may read and write, and the position, which it may move. `f` must not allocate or poll.
    fn with_memory<R>(t: &Thread, this: Ref<Mmap>, f: impl FnOnce(&mut [u8], &mut usize) -> R) -> Result<R> {
        let done = {
            let _guard = t.exclusive(this.header());
            match this.map.address.load(Acquire) {
                0 => None,
                a => {
                    let mut at = this.position.load(Relaxed);
                    // SAFETY: nobody unmaps or moves it meanwhile. Who writes it through views or in other processes races with us,
                    // as the caller wants.
                    let r = f(unsafe { std::slice::from_raw_parts_mut(a as *mut u8, this.map.len.load(Acquire)) }, &mut at);
                    this.position.store(at, Relaxed);
                    Some(r)
                }
            }
        };
        done.ok_or_else(|| t.value_error("mmap closed or invalid"))
    }
    /// Bytes of the memory, of one moment as far as other threads write through this object. Fewer if it has become shorter.
    fn copy(t: &Thread, this: Ref<Mmap>, start: usize, n: usize) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(n);
        Mmap::with_memory(t, this, |memory, _| {
            let start = start.min(memory.len());
            out.extend_from_slice(&memory[start..][..n.min(memory.len() - start)]);
        })?;
        Ok(out)
    }
    fn writable(t: &Thread, this: Ref<Mmap>) -> Result<()> {
        if this.access == ACCESS_READ {
            return Err(t.type_error("mmap can't modify a readonly memory map."));
        }
        Ok(())
    }
    fn put(t: &Thread, this: Ref<Mmap>, start: usize, bytes: &[u8]) -> Result<()> {
        let done = Mmap::with_memory(t, this, |memory, _| {
            let to = memory.get_mut(start..).and_then(|m| m.get_mut(..bytes.len()));
            to.map(|to| to.copy_from_slice(bytes)).is_some()
        })?;
        if done { Ok(()) } else { Err(t.value_error("data out of range")) }
    }
    /// Takes up to `n` bytes at the position, as long as `ends` does not say how many of those that are left.
    fn take(t: &Thread, this: Ref<Mmap>, n: usize, ends: impl FnOnce(&[u8]) -> Option<usize>) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        Mmap::with_memory(t, this, |memory, position| {
            let at = (*position).min(memory.len());
            let left = &memory[at..][..n.min(memory.len() - at)];
            let taken = &left[..ends(left).unwrap_or(left.len())];
            out.extend_from_slice(taken);
            *position = at + taken.len();
        })?;
        Ok(out)
    }
    /// Writes bytes at the position, which moves on; false if they do not fit.
    fn append(t: &Thread, this: Ref<Mmap>, bytes: &[u8]) -> Result<bool> {
        Mmap::with_memory(t, this, |memory, position| {
            let to = memory.get_mut(*position..).and_then(|m| m.get_mut(..bytes.len()));
            let fits = to.map(|to| to.copy_from_slice(bytes)).is_some();
            *position += if fits { bytes.len() } else { 0 };
            fits
        })
    }
    fn free(&self, t: &Thread) -> bool {
        let _guard = t.exclusive(&self.header);
        !self.exports.any()
    }
    fn index(t: &Thread, this: Ref<Mmap>, key: Value) -> Result<usize> {
        let (_, len) = Mmap::memory(t, this)?;
        let i = t.to_index(key)?;
        let at = if i < 0 { i + len as isize } else { i };
        if at < 0 || at as usize >= len {
            return Err(t.index_error("mmap index out of range"));
        }
        Ok(at as usize)
    }
    fn search(t: &Thread, this: Ref<Mmap>, view: Value, start: Option<Value>, end: Option<Value>, last: bool) -> Result<isize> {
        let needle = t.buffer(view)?.to_vec();
        let (_, len) = Mmap::memory(t, this)?;
        let clip = |v: Option<Value>, default: usize| -> Result<usize> {
            let Some(v) = v.filter(|v| !v.is_none()) else { return Ok(default) };
            let i = t.to_index_clipped(v)?;
            Ok(if i < 0 { (i + len as isize).max(0) as usize } else { (i as usize).min(len) })
        };
        let start = clip(start, this.position.load(Relaxed).min(len))?;
        let end = clip(end, len)?;
        if start > end {
            return Ok(-1);
        }
        let all = Mmap::copy(t, this, start, end - start)?;
        let found = if needle.is_empty() {
            Some(if last { all.len() } else { 0 })
        } else if last {
            all.windows(needle.len()).rposition(|w| w == needle)
        } else {
            all.windows(needle.len()).position(|w| w == needle)
        };
        Ok(found.map_or(-1, |i| (start + i) as isize))
    }
}

const NUMBERS: &[(&str, i64)] = &[
    ("PROT_EXEC", 4),
    ("PROT_READ", 1),
    ("PROT_WRITE", 2),
    ("MAP_SHARED", libc::MAP_SHARED as i64),
    ("MAP_PRIVATE", libc::MAP_PRIVATE as i64),
    ("MAP_DENYWRITE", libc::MAP_DENYWRITE as i64),
    ("MAP_EXECUTABLE", libc::MAP_EXECUTABLE as i64),
    ("MAP_ANON", libc::MAP_ANON as i64),
    ("MAP_ANONYMOUS", libc::MAP_ANON as i64),
    ("MAP_POPULATE", libc::MAP_POPULATE as i64),
    ("MAP_STACK", libc::MAP_STACK as i64),
    ("MAP_NORESERVE", libc::MAP_NORESERVE as i64),
    ("ACCESS_DEFAULT", ACCESS_DEFAULT as i64),
    ("ACCESS_READ", ACCESS_READ as i64),
    ("ACCESS_WRITE", ACCESS_WRITE as i64),
    ("ACCESS_COPY", ACCESS_COPY as i64),
    ("MADV_NORMAL", 0),
    ("MADV_RANDOM", 1),
    ("MADV_SEQUENTIAL", 2),
    ("MADV_WILLNEED", 3),
    ("MADV_DONTNEED", 4),
    ("MADV_REMOVE", 9),
    ("MADV_DONTFORK", 10),
    ("MADV_DOFORK", 11),
    ("MADV_HWPOISON", 100),
    ("MADV_MERGEABLE", 12),
    ("MADV_UNMERGEABLE", 13),
    ("MADV_HUGEPAGE", 14),
    ("MADV_NOHUGEPAGE", 15),
    ("MADV_DONTDUMP", 16),
    ("MADV_DODUMP", 17),
    ("MADV_FREE", 8),
];

fn page_size() -> i64 {
    // SAFETY: no memory involved.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (n, v) in NUMBERS {
        m.set(t, n, Value::small_int(*v))?;
    }
    m.set(t, "PAGESIZE", Value::small_int(page_size()))?;
    m.set(t, "ALLOCATIONGRANULARITY", Value::small_int(page_size()))?;
    m.set(t, "error", ex::class(ex::Kind::OSError).value())
}

/// Memory that is the content of a file, or new.
#[pyclass(name = "mmap", module = "mmap", flags(BASE, SEQUENCE, HAS_WEAKREF))]
impl Mmap {
    #[py("(fileno, length, flags=MAP_SHARED, prot=PROT_WRITE|PROT_READ, access=ACCESS_DEFAULT, offset=0, *, trackfd=True)", nosig)]
    fn __new__(
        t: &Thread,
        cls: Ref<Class>,
        fileno: i32,
        length: isize,
        flags: Option<i32>,
        prot: Option<i32>,
        access: Option<i32>,
        offset: Option<i64>,
        trackfd: Option<bool>,
    ) -> Result<Ref<Mmap>> {
        if length < 0 {
            return Err(t.overflow_error("memory mapped length must be positive"));
        }
        let offset = offset.unwrap_or(0);
        if offset < 0 {
            return Err(t.overflow_error("memory mapped offset must be positive"));
        }
        let access = access.unwrap_or(ACCESS_DEFAULT);
        if access != ACCESS_DEFAULT && (flags.is_some() || prot.is_some()) {
            return Err(t.value_error("mmap can't specify both access and flags, prot."));
        }
        let (mut flags, mut prot, mut access) =
            (flags.unwrap_or(libc::MAP_SHARED), prot.unwrap_or(libc::PROT_READ | libc::PROT_WRITE), access);
        match access {
            ACCESS_READ => (flags, prot) = (libc::MAP_SHARED, libc::PROT_READ),
            ACCESS_WRITE => (flags, prot) = (libc::MAP_SHARED, libc::PROT_READ | libc::PROT_WRITE),
            ACCESS_COPY => (flags, prot) = (libc::MAP_PRIVATE, libc::PROT_READ | libc::PROT_WRITE),
            ACCESS_DEFAULT => {
                access = match (prot & libc::PROT_READ != 0, prot & libc::PROT_WRITE != 0) {
                    (true, true) => ACCESS_DEFAULT,
                    (false, true) => ACCESS_WRITE,
                    _ => ACCESS_READ,
                }
            }
            _ => return Err(t.value_error("mmap invalid access parameter.")),
        }
        let mut len = length as usize;
        if fileno != -1 {
            // SAFETY: plain data, filled by the call.
            let mut s: libc::stat = unsafe { std::mem::zeroed() };
            // SAFETY: a live structure. Descriptors that are no files are for the mapping to refuse.
            if unsafe { libc::fstat(fileno, &raw mut s) } == 0 && s.st_mode & libc::S_IFMT == libc::S_IFREG {
                if len == 0 {
                    if s.st_size == 0 {
                        return Err(t.value_error("cannot mmap an empty file"));
                    }
                    if offset >= s.st_size {
                        return Err(t.value_error("mmap offset is greater than file size"));
                    }
                    len = (s.st_size - offset) as usize;
                } else if offset > s.st_size || s.st_size - offset < len as i64 {
                    return Err(t.value_error("mmap length is greater than file size"));
                }
            }
        }
        let mut own = -1;
        if fileno == -1 {
            flags |= libc::MAP_ANONYMOUS;
        } else if trackfd.unwrap_or(true) {
            // SAFETY: no memory involved.
            own = unsafe { libc::fcntl(fileno, libc::F_DUPFD_CLOEXEC, 0) };
            if own == -1 {
                return Err(last_error(t));
            }
        }
        let fd = crate::select::OwnedDescriptor::new(own);
        // SAFETY: a fresh mapping; the result is checked.
        let p = unsafe { libc::mmap(std::ptr::null_mut(), len, prot, flags, fileno, offset) };
        if p == libc::MAP_FAILED {
            return Err(last_error(t));
        }
        let map = Mapping { address: AtomicUsize::new(p as usize), len: AtomicUsize::new(len), left: AtomicUsize::new(0), fd };
        t.create_in(
            cls,
            Mmap { header: Header::NEW, map, exports: Exports::new(), position: AtomicUsize::new(0), offset, access, flags },
        )
    }
    #[py("($self, flags, /)")]
    fn __buffer__(t: &Thread, this: Ref<Mmap>, flags: i32) -> Result<Ref<MemoryView>> {
        let (data, len, export) =
            Mmap::with_memory(t, this, |memory, _| (memory.as_mut_ptr(), memory.len(), this.exports.export()))?;
        let lent = Lent {
            object: this.value(),
            keeper: this.value(),
            export,
            data,
            len,
            itemsize: 1,
            readonly: this.access == ACCESS_READ,
            format: "B",
            shape: None,
        };
        MemoryView::lend(t, lent, flags)
    }
    #[py]
    fn __len__(t: &Thread, this: Ref<Mmap>) -> Result<usize> {
        Ok(Mmap::memory(t, this)?.1)
    }
    #[py]
    fn __getitem__(t: &Thread, this: Ref<Mmap>, key: Value) -> Result<Value> {
        if let Some(s) = key.downcast::<Slice>() {
            let (_, len) = Mmap::memory(t, this)?;
            let i = t.slice_indices(s, len)?;
            if i.step == 1 {
                return Bytes::new(t, &Mmap::copy(t, this, i.start as usize, i.count)?).map(Ref::value);
            }
            let mut out = Vec::with_capacity(i.count);
            Mmap::with_memory(t, this, |memory, _| {
                let mut at = i.start;
                for _ in 0..i.count {
                    out.push(memory.get(at as usize).copied().unwrap_or(0));
                    at += i.step;
                }
            })?;
            return Bytes::new(t, &out).map(Ref::value);
        }
        if t.index_opt(key)?.is_none() {
            return Err(t.type_error("mmap indices must be integers"));
        }
        let at = Mmap::index(t, this, key)?;
        Ok(Value::small_int(Mmap::copy(t, this, at, 1)?.first().copied().unwrap_or(0).into()))
    }
    #[py]
    fn __setitem__(t: &Thread, this: Ref<Mmap>, key: Value, value: Value) -> Result<()> {
        Mmap::writable(t, this)?;
        if let Some(s) = key.downcast::<Slice>() {
            let bytes = t.buffer(value)?.to_vec();
            let (_, len) = Mmap::memory(t, this)?;
            let i = t.slice_indices(s, len)?;
            if bytes.len() != i.count {
                return Err(t.index_error("mmap slice assignment is wrong size"));
            }
            if i.step == 1 {
                return Mmap::put(t, this, i.start as usize, &bytes);
            }
            return Mmap::with_memory(t, this, |memory, _| {
                let mut at = i.start;
                for b in bytes {
                    if let Some(place) = memory.get_mut(at as usize) {
                        *place = b;
                    }
                    at += i.step;
                }
            });
        }
        if t.index_opt(key)?.is_none() {
            return Err(t.type_error("mmap indices must be integers"));
        }
        let at = Mmap::index(t, this, key)?;
        if !taipan_vm::objects::int::is_int(value) {
            return Err(t.type_error("mmap item value must be an int"));
        }
        match u8::try_from(t.to_i64(value)?) {
            Ok(b) => Mmap::put(t, this, at, &[b]),
            Err(_) => Err(t.value_error("mmap item value must be in range(0, 256)")),
        }
    }
    /// Give the memory back. Fails while views of it exist.
    #[py("($self, /)")]
    fn close(t: &Thread, this: Ref<Mmap>) -> Result<()> {
        // What is lent out, or was, stays where it is until nobody can have it any more.
        let mut lent = false;
        let address = loop {
            {
                let _guard = t.exclusive(&this.header);
                if !this.exports.any() {
                    let address = this.map.address.swap(0, AcqRel);
                    if lent && address != 0 {
                        this.map.left.store(address, Release);
                    }
                    break if lent { 0 } else { address };
                }
            }
            if this.map.address.load(Acquire) == 0 {
                return Ok(());
            }
            lent = true;
            if !this.exports.settle(t, &this.header) {
                return Err(t.buffer_error("cannot close exported pointers exist"));
            }
        };
        let len = this.map.len.load(Acquire);
        let fd = this.map.fd.take();
        if fd >= 0 {
            // SAFETY: ours alone.
            unsafe { libc::close(fd) };
        }
        if address != 0 {
            // SAFETY: whoever uses it does so in `t.exclusive`, where its address is gone, or through a view, of which there is none.
            t.blocking(|| unsafe { libc::munmap(address as *mut libc::c_void, len) });
        }
        Ok(())
    }
    #[py(getter)]
    fn closed(_t: &Thread, this: Ref<Mmap>) -> bool {
        this.map.address.load(Acquire) == 0
    }
    /// Where some bytes are first, from the position on or between two places; -1 if nowhere.
    #[py("($self, view, start=None, end=None, /)")]
    fn find(t: &Thread, this: Ref<Mmap>, view: Value, start: Option<Value>, end: Option<Value>) -> Result<isize> {
        Mmap::search(t, this, view, start, end, false)
    }
    /// Where some bytes are last.
    #[py("($self, view, start=None, end=None, /)")]
    fn rfind(t: &Thread, this: Ref<Mmap>, view: Value, start: Option<Value>, end: Option<Value>) -> Result<isize> {
        Mmap::search(t, this, view, start, end, true)
    }
    /// Write changes to the file.
    #[py("($self, offset=0, size=None, /)")]
    fn flush(t: &Thread, this: Ref<Mmap>, offset: Option<isize>, size: Option<Value>) -> Result<()> {
        let (_, len) = Mmap::memory(t, this)?;
        let offset = offset.unwrap_or(0);
        let n = match size.filter(|s| !s.is_none()) {
            Some(s) => t.to_isize(s)?,
            None => len as isize - offset,
        };
        if offset < 0 || n < 0 || offset as usize > len || n as usize > len - offset as usize {
            return Err(t.value_error("flush values out of range"));
        }
        if this.access == ACCESS_READ || this.access == ACCESS_COPY {
            return Ok(());
        }
        // Pinned, so that nobody unmaps it meanwhile.
        let place = Mmap::with_memory(t, this, |memory, _| {
            let part = memory.get(offset as usize..).filter(|part| part.len() >= n as usize);
            part.map(|part| {
                this.exports.pin();
                part.as_ptr().addr()
            })
        })?;
        let Some(place) = place else { return Err(t.value_error("flush values out of range")) };
        // SAFETY: within the mapping.
        let r = call(t, || unsafe { libc::msync(place as *mut libc::c_void, n as usize, libc::MS_SYNC) });
        this.exports.unpin();
        r.map(drop)
    }
    /// Tell how a part of the memory will be used.
    #[py("($self, option, start=0, length=None, /)")]
    fn madvise(t: &Thread, this: Ref<Mmap>, option: i32, start: Option<isize>, length: Option<Value>) -> Result<()> {
        let (_, len) = Mmap::memory(t, this)?;
        let start = start.unwrap_or(0);
        let n = match length.filter(|l| !l.is_none()) {
            Some(l) => t.to_isize(l)?,
            None => len as isize,
        };
        if start < 0 || start as usize >= len {
            return Err(t.value_error("madvise start out of bounds"));
        }
        if n < 0 {
            return Err(t.value_error("madvise length invalid"));
        }
        if n > isize::MAX - start {
            return Err(t.overflow_error("madvise length too large"));
        }
        let n = (n as usize).min(len - start as usize);
        let failed = Mmap::with_memory(t, this, |memory, _| {
            let part = memory.get_mut(start as usize..)?;
            // SAFETY: within the mapping.
            match unsafe { libc::madvise(part.as_mut_ptr().cast(), n.min(part.len()), option) } {
                0 => None,
                _ => Some(crate::system::errno()),
            }
        })?;
        failed.map_or(Ok(()), |e| Err(ex::os_error(t, e, None)))
    }
    /// Copy bytes from one place of the memory to another.
    #[py("($self, dest, src, count, /)", name = "move")]
    fn move_bytes(t: &Thread, this: Ref<Mmap>, dest: isize, src: isize, count: isize) -> Result<()> {
        Mmap::writable(t, this)?;
        let moved = Mmap::with_memory(t, this, |memory, _| {
            let fits =
                |at: isize| at >= 0 && count >= 0 && at as usize <= memory.len() && count as usize <= memory.len() - at as usize;
            let all = fits(dest) && fits(src);
            if all {
                memory.copy_within(src as usize..(src + count) as usize, dest as usize);
            }
            all
        })?;
        if moved { Ok(()) } else { Err(t.value_error("source, destination, or count out of range")) }
    }
    /// Read bytes at the position, all of them by default.
    #[py("($self, n=None, /)")]
    fn read(t: &Thread, this: Ref<Mmap>, n: OrNone<isize>) -> Result<Ref<Bytes>> {
        let n = n.0.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        Bytes::new(t, &Mmap::take(t, this, n, |_| None)?)
    }
    /// Read one byte at the position, as a number.
    #[py("($self, /)")]
    fn read_byte(t: &Thread, this: Ref<Mmap>) -> Result<i64> {
        match Mmap::take(t, this, 1, |_| None)?.first() {
            Some(b) => Ok((*b).into()),
            None => Err(t.value_error("read byte out of range")),
        }
    }
    /// Read bytes at the position up to the end of a line.
    #[py("($self, /)")]
    fn readline(t: &Thread, this: Ref<Mmap>) -> Result<Ref<Bytes>> {
        let end = |left: &[u8]| left.iter().position(|b| *b == b'\n').map(|i| i + 1);
        Bytes::new(t, &Mmap::take(t, this, usize::MAX, end)?)
    }
    /// Change the size of the mapping and of its file.
    #[py("($self, newsize, /)")]
    fn resize(t: &Thread, this: Ref<Mmap>, newsize: isize) -> Result<()> {
        let (_, len) = Mmap::memory(t, this)?;
        if !this.free(t) {
            // Views that were merely forgotten may be gone after that.
            t.collect(true);
        }
        if !this.free(t) {
            return Err(t.buffer_error("mmap can't resize with extant pointers exported."));
        }
        if this.access == ACCESS_READ || this.access == ACCESS_COPY {
            return Err(t.type_error("mmap can't resize a readonly or copy-on-write memory map."));
        }
        if newsize < 0 || newsize as i64 > i64::MAX - this.offset {
            return Err(t.value_error("new size out of range"));
        }
        let new = newsize as usize;
        let fd = this.map.fd.get();
        if fd == -1 && this.flags & libc::MAP_PRIVATE == 0 && new > len {
            return Err(t.value_error("mmap: can't expand a shared anonymous mapping on Linux"));
        }
        // Nobody may be in the middle of an access while the file is cut and the memory moves.
        let moved = t.stop_the_world(|_| {
            let (p, len) = (this.map.address.load(Acquire), this.map.len.load(Acquire));
            if p == 0 || this.exports.any() {
                return Ok(false);
            }
            let p = p as *mut libc::c_void;
            // SAFETY: no memory involved.
            if fd != -1 && unsafe { libc::ftruncate(fd, this.offset + newsize as i64) } == -1 {
                return Err(crate::system::errno());
            }
            // SAFETY: the mapping is ours, nobody has borrowed it, and all other threads have stopped.
            let to = unsafe { libc::mremap(p, len, new, libc::MREMAP_MAYMOVE) };
            if to == libc::MAP_FAILED {
                return Err(crate::system::errno());
            }
            this.map.address.store(to as usize, Release);
            this.map.len.store(new, Release);
            Ok(true)
        });
        match moved {
            Ok(true) => Ok(()),
            Ok(false) => Err(t.buffer_error("mmap can't resize with extant pointers exported.")),
            Err(e) => Err(ex::os_error(t, e, None)),
        }
    }
    /// Set the position: from the start, from where it is (1), from the end (2). Returns the new one.
    #[py("($self, pos, whence=0, /)")]
    fn seek(t: &Thread, this: Ref<Mmap>, pos: isize, whence: Option<i32>) -> Result<usize> {
        let whence = whence.unwrap_or(0);
        if !(0..=2).contains(&whence) {
            Mmap::memory(t, this)?;
            return Err(t.value_error("unknown seek type"));
        }
        let moved = Mmap::with_memory(t, this, |memory, position| {
            let base = [0, *position, memory.len()][whence as usize];
            let to = (base as isize).checked_add(pos).and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= memory.len())?;
            *position = to;
            Some(to)
        })?;
        moved.ok_or_else(|| t.value_error("seek out of range"))
    }
    /// Whether the position can be set.
    #[py("($self, /)")]
    fn seekable(_t: &Thread, _this: Ref<Mmap>) -> bool {
        true
    }
    /// The size of the file, or of anonymous memory.
    #[py("($self, /)")]
    fn size(t: &Thread, this: Ref<Mmap>) -> Result<i64> {
        let (_, len) = Mmap::memory(t, this)?;
        let fd = this.map.fd.get();
        if fd == -1 {
            return Ok(len as i64);
        }
        // SAFETY: plain data, filled by the call.
        let mut s: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: a live structure.
        if unsafe { libc::fstat(fd, &raw mut s) } == -1 { Err(last_error(t)) } else { Ok(s.st_size) }
    }
    /// The position.
    #[py("($self, /)")]
    fn tell(t: &Thread, this: Ref<Mmap>) -> Result<usize> {
        Mmap::memory(t, this)?;
        Ok(this.position.load(Relaxed))
    }
    /// Write bytes at the position.
    #[py("($self, bytes, /)")]
    fn write(t: &Thread, this: Ref<Mmap>, bytes: Value) -> Result<usize> {
        let data = t.buffer(bytes)?.to_vec();
        Mmap::writable(t, this)?;
        if Mmap::append(t, this, &data)? { Ok(data.len()) } else { Err(t.value_error("data out of range")) }
    }
    /// Write one byte, given as a number, at the position.
    #[py("($self, byte, /)")]
    fn write_byte(t: &Thread, this: Ref<Mmap>, byte: Value) -> Result<()> {
        let n = to_c_int(t, byte)?;
        let Ok(b) = u8::try_from(n) else {
            return Err(t.overflow_error(if n < 0 {
                "unsigned byte integer is less than minimum"
            } else {
                "unsigned byte integer is greater than maximum"
            }));
        };
        Mmap::writable(t, this)?;
        if Mmap::append(t, this, &[b])? { Ok(()) } else { Err(t.value_error("write byte out of range")) }
    }
    #[py("($self, /)")]
    fn __enter__(t: &Thread, this: Ref<Mmap>) -> Result<Ref<Mmap>> {
        Mmap::memory(t, this)?;
        Ok(this)
    }
    #[py("($self, exc_type, exc_value, traceback, /)")]
    fn __exit__(t: &Thread, this: Ref<Mmap>, _a: Value, _b: Value, _c: Value) -> Result<Value> {
        t.call_method(this.value(), names::close(), &[])
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Mmap>) -> Result<String> {
        let class = class_of(this.value()).full_name();
        if this.map.address.load(Acquire) == 0 {
            return Ok(format!("<{class} closed=True>"));
        }
        let access = match this.access {
            ACCESS_READ => "ACCESS_READ",
            ACCESS_WRITE => "ACCESS_WRITE",
            ACCESS_COPY => "ACCESS_COPY",
            _ => "ACCESS_DEFAULT",
        };
        let (_, len) = Mmap::memory(t, this)?;
        let at = this.position.load(Relaxed);
        Ok(format!("<{class} closed=False, access={access}, length={len}, pos={at}, offset={}>", this.offset))
    }
}

/// Memory-mapped files.
#[pymodule(name = "mmap", classes(Mmap), init = init)]
impl MmapModule {}
