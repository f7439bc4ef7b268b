//! Memory of machine code: mapped twice, once to write and once to run, so that no page is ever both.

use std::ptr::NonNull;

/// A unit's code; unmapped when dropped.
pub struct CodeMemory {
    run: NonNull<u8>,
    size: usize,
}
// SAFETY: the memory is only executed, which any thread may.
unsafe impl Send for CodeMemory {}
// SAFETY: as above.
unsafe impl Sync for CodeMemory {}

impl CodeMemory {
    /// Puts `code` into memory that can be run. `None`: the system refuses.
    pub fn new(code: &[u8]) -> Option<CodeMemory> {
        let page = 4096;
        let size = code.len().next_multiple_of(page);
        // SAFETY: a fresh file of our own and fresh mappings, results checked; the writable one is gone before the other is used.
        unsafe {
            let file = libc::memfd_create(c"taipan-code".as_ptr(), libc::MFD_CLOEXEC);
            if file < 0 {
                return None;
            }
            let map = |protection| {
                let at = libc::mmap(std::ptr::null_mut(), size, protection, libc::MAP_SHARED, file, 0);
                (at != libc::MAP_FAILED).then_some(at.cast::<u8>())
            };
            let mapped = if libc::ftruncate(file, size as libc::off_t) == 0 {
                map(libc::PROT_READ | libc::PROT_WRITE).and_then(|write| {
                    std::ptr::copy_nonoverlapping(code.as_ptr(), write, code.len());
                    libc::munmap(write.cast(), size);
                    map(libc::PROT_READ | libc::PROT_EXEC)
                })
            } else {
                None
            };
            libc::close(file);
            Some(CodeMemory { run: NonNull::new(mapped?)?, size })
        }
    }
    pub fn address(&self) -> *const u8 {
        self.run.as_ptr()
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`; the owner says that nobody runs it any more.
        unsafe { libc::munmap(self.run.as_ptr().cast(), self.size) };
    }
}
