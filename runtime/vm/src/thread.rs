//! A Python thread's record, and allocation of objects.

use crate::error::Result;
use crate::native::*;
use std::cell::Cell;
use std::ops::Deref;
use std::ptr::NonNull;
use taipan_compiler::isa::Instr;

/// Words of a thread's Python stack (reserved address space; touched pages only cost memory): 64 MiB of registers.
const STACK_WORDS: usize = 8 << 20;

/// A thread's record: the heap's part first, then the interpreter's. Everything here belongs to the thread; other threads look
/// at it only in a handshake.
#[repr(C)]
pub struct Thread {
    heap: Mutator,
    /// Registers of the running frame; null when no Python frame runs.
    pub regs: Cell<*mut Value>,
    /// Instruction of the running frame, as of the last operation that can call out.
    pub pc: Cell<*const Instr>,
    /// First word past the Python stack.
    pub stack_end: Cell<*mut Value>,
    pub stack_base: Cell<*mut Value>,
    /// Python frames on this thread's stack.
    pub depth: Cell<u32>,
    pub recursion_limit: Cell<u32>,
    /// Natives fail with RecursionError when the native stack pointer falls below this.
    pub native_limit: Cell<usize>,
    /// Frames whose handled-exception word is set (an upper bound for the walk that finds the handled exception).
    pub handling: Cell<u32>,
    /// Value or exception with which a dispatch loop was left.
    pub result: Cell<Value>,
    pub method_cache: crate::attr::MethodCache,
    /// The dispatch table: see `interp::trace`.
    pub table: Cell<*const crate::interp::dispatch::Handler>,
    /// Callbacks for events that are running: while there is one, there are no events.
    pub tracing: Cell<u32>,
    /// A trace or profile function is set.
    pub watched: Cell<bool>,
    /// First letter of the trace function's event that is being delivered, or 0.
    pub trace_event: Cell<u8>,
    /// A collection of this generation is to be made as soon as this instruction is done.
    pub collect_request: Cell<Option<(u8, *const Instr)>>,
    /// What `threading.get_ident` gives in this thread.
    pub ident: Cell<u64>,
    /// Python-level state kept in a cell that is a root: see [`ThreadState`].
    pub state: Cell<Option<Ref<ThreadState>>>,
    /// Room for text that is being made; see [`Thread::keep_scratch`].
    pub scratch: Cell<Vec<u8>>,
    /// What machine code and feedback keep.
    pub machine: crate::interp::machine::State,
    /// Unmapped after all else.
    _memory: StackMemory,
}

/// The part of a thread's record that refers to Python objects.
#[derive(HeapType)]
#[repr(C)]
pub struct ThreadState {
    pub header: Header,
    /// dict: objects whose repr is in progress on this thread.
    pub repr_running: Field,
    /// `sys.settrace` / `sys.setprofile` functions.
    pub trace: Field,
    pub profile: Field,
    /// Current context (contextvars).
    pub context: Field,
    /// Async generator hooks.
    pub asyncgen_firstiter: Field,
    pub asyncgen_finalizer: Field,
    /// Async exception set by `PyThreadState_SetAsyncExc`.
    pub async_exception: Field,
    /// Running asyncio loop, running task.
    pub running_loop: Field,
    pub running_task: Field,
    /// dict for `threading.local` and other per-thread data of natives.
    pub locals: Field,
    /// The `_thread` handle object.
    pub handle: Field,
    /// list: code objects that the thread's feedback is about.
    pub recorded: Field,
    /// Coroutine origin tracking depth.
    pub origin_depth: Field,
}

/// The memory of a thread's Python stack.
struct StackMemory(*mut Value);

impl StackMemory {
    /// `None`: the system refuses.
    fn map() -> Option<StackMemory> {
        // SAFETY: a fresh mapping of our own; the result is checked.
        let stack = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                STACK_WORDS * 8,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        (stack != libc::MAP_FAILED).then(|| StackMemory(stack.cast()))
    }
}
impl Drop for StackMemory {
    fn drop(&mut self) {
        // SAFETY: mapped by `map`; the thread has left the heap, so that nobody looks for its stack.
        unsafe { libc::munmap(self.0.cast(), STACK_WORDS * 8) };
    }
}

impl Deref for Thread {
    type Target = Mutator;
    #[inline(always)]
    fn deref(&self) -> &Mutator {
        &self.heap
    }
}

thread_local! {
    static CURRENT: Cell<*const Thread> = const { Cell::new(std::ptr::null()) };
}

impl Thread {
    /// Makes the calling native thread a Python thread. The record stays where it is until the thread detaches. `None`: the
    /// system has no address space for the thread's stack.
    pub fn attach() -> Option<Box<Thread>> {
        let memory = StackMemory::map()?;
        let base = memory.0;
        let t = Box::new(Thread {
            heap: Mutator::attach(),
            regs: Cell::new(std::ptr::null_mut()),
            pc: Cell::new(std::ptr::null()),
            stack_base: Cell::new(base),
            // SAFETY: the end of the mapping.
            stack_end: Cell::new(unsafe { base.add(STACK_WORDS) }),
            depth: Cell::new(0),
            recursion_limit: Cell::new(1000),
            native_limit: Cell::new(native_stack_limit()),
            handling: Cell::new(0),
            result: Cell::new(Value::NONE),
            method_cache: crate::attr::MethodCache::new(),
            table: Cell::new(crate::interp::trace::initial_table()),
            tracing: Cell::new(0),
            watched: Cell::new(false),
            trace_event: Cell::new(0),
            collect_request: Cell::new(None),
            // SAFETY: a query about the calling thread.
            ident: Cell::new(unsafe { libc::pthread_self() } as u64),
            state: Cell::new(None),
            scratch: Cell::new(Vec::new()),
            machine: Default::default(),
            _memory: memory,
        });
        CURRENT.set(&*t);
        Some(t)
    }

    /// The calling thread's record, for the few places that cannot be handed one.
    pub fn current<'a>() -> Option<&'a Thread> {
        // SAFETY: set by `attach`, reset by `detach`; only the thread itself reads its thread-local.
        unsafe { CURRENT.get().as_ref() }
    }

    /// Python-level state of this thread.
    pub fn state(&self) -> Ref<ThreadState> {
        match self.state.get() {
            Some(s) => s,
            None => panic!("thread state used before start-up"),
        }
    }

    /// A new object of exactly the built-in class of `T`.
    #[inline(always)]
    pub fn create<T: PyClass>(&self, content: T) -> Result<Ref<T>> {
        let shape = T::class_cell().shape();
        let part = instance_words(shape.0);
        if part != 0 {
            return self.create_in_shape(shape, content);
        }
        self.create_raw(shape, size_of::<T>(), content, is_owned::<T>())
    }

    /// What the dispatch loop was left with, which is then not kept alive here any longer.
    #[inline(always)]
    pub(crate) fn take_result(&self) -> Value {
        self.result.replace(Value::EMPTY)
    }

    /// A new object of `class`, whose layout is `T`'s or derives its instance part from it.
    pub fn create_in<T: PyClass>(&self, class: Ref<Class>, content: T) -> Result<Ref<T>> {
        let r = self.create_in_shape(class.instance_shape(), content)?;
        if class.has_flag(class_flags::HAS_DEL) {
            self.register_finalizer(r.value());
        }
        Ok(r)
    }

    fn create_in_shape<T: PyClass>(&self, shape: ShapeId, content: T) -> Result<Ref<T>> {
        let s = taipan_heap::SHAPES.get(shape);
        let size = size_of::<T>().next_multiple_of(8) + if s.slots_offset != 0 { 8 * (1 + s.inline_slots as usize) } else { 0 };
        let r = self.create_raw(shape, size, content, is_owned::<T>())?;
        self.empty_instance_part(r.header());
        Ok(r)
    }

    /// Fills a fresh cell's instance part with the empty mark.
    pub fn empty_instance_part(&self, cell: &Header) {
        let s = cell.shape();
        // SAFETY: the cell was allocated with the size that its shape asks for.
        if let Some(p) = unsafe { taipan_heap::instance_part(cell, s) } {
            for i in 0..1 + s.inline_slots as usize {
                // SAFETY: as above.
                unsafe { (*p.add(i)).init(Value::EMPTY) }
            }
        }
    }

    #[inline(always)]
    fn create_raw<T: HeapType>(&self, shape: ShapeId, size: usize, content: T, owned: bool) -> Result<Ref<T>> {
        let cell: NonNull<T> = if owned { self.allocate_owned(size, shape)? } else { self.allocate(size, shape)? }.cast();
        // SAFETY: the cell is at least `size_of::<T>()` long and nobody else knows it; the header is put back.
        unsafe {
            let word = *cell.as_ptr().cast::<u64>();
            cell.as_ptr().write(content);
            *cell.as_ptr().cast::<u64>() = word;
            if T::layout().drop.is_some() {
                self.register_drop(cell.cast());
            }
            Ok(Ref::from_raw(cell))
        }
    }

    /// A new cell of an internal kind.
    #[inline]
    pub fn create_internal<T: HeapType>(&self, shape: ShapeId, content: T) -> Result<Ref<T>> {
        self.create_raw(shape, size_of::<T>(), content, false)
    }

    /// A new cell of variable size, owned by this thread; `extra` zeroed bytes follow the content.
    #[inline]
    pub fn create_owned_with_tail<T: HeapType>(&self, shape: ShapeId, content: T, extra: usize) -> Result<Ref<T>> {
        debug_assert!(instance_words(shape.0) == 0);
        self.create_raw(shape, size_of::<T>() + extra, content, true)
    }

    /// Zeroed cell, with MemoryError when there is no memory.
    #[inline(always)]
    pub fn allocate(&self, size: usize, shape: ShapeId) -> Result<NonNull<Header>> {
        match self.heap.alloc(size, shape) {
            Ok(c) => Ok(c),
            Err(_) => Err(self.memory_error()),
        }
    }

    /// As `allocate`; the cell starts out owned by this thread.
    #[inline(always)]
    pub fn allocate_owned(&self, size: usize, shape: ShapeId) -> Result<NonNull<Header>> {
        match self.heap.alloc_owned(size, shape) {
            Ok(c) => Ok(c),
            Err(_) => Err(self.memory_error()),
        }
    }

    /// Puts the room back that was taken from `scratch`, for the next who makes a short text.
    pub fn keep_scratch(&self, text: taipan_text::TextBuf) {
        const MOST: usize = 4096;
        if let taipan_text::TextBuf::Latin1(mut room) = text
            && room.capacity() <= MOST
        {
            room.clear();
            self.scratch.set(room);
        }
    }

    pub fn register_finalizer(&self, v: Value) {
        if let Some(c) = v.as_cell() {
            self.heap.register_finalizer(c);
        }
    }

    /// RecursionError when little native stack is left. Called on the way into every native that may call back.
    #[inline(always)]
    pub fn check_native_stack(&self) -> Result<()> {
        let here = 0u8;
        if (&raw const here as usize) < self.native_limit.get() {
            return Err(self.native_stack_exhausted());
        }
        Ok(())
    }

    /// Whether less native stack is left than natives want, with room for a few more calls.
    #[inline(always)]
    pub fn is_native_stack_low(&self) -> bool {
        let here = 0u8;
        (&raw const here as usize) < self.native_limit.get() + (64 << 10)
    }

    #[cold]
    fn native_stack_exhausted(&self) -> Exc {
        // Room for the error itself, and for the handlers that will look at it.
        let limit = self.native_limit.get();
        self.native_limit.set(limit.saturating_sub(96 << 10));
        let e = self.recursion_error("maximum recursion depth exceeded");
        self.native_limit.set(limit);
        e
    }
}

/// Whether new instances are owned by their thread.
#[inline(always)]
fn is_owned<T: PyClass>() -> bool {
    T::class_def().flags & class_flags::OWNED != 0
}

#[inline(always)]
fn instance_words(shape: u32) -> u16 {
    taipan_heap::SHAPES.get(ShapeId(shape)).slots_offset
}

fn native_stack_limit() -> usize {
    // SAFETY: queries the calling thread's own attributes into initialised locals.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attr) != 0 {
            return 0;
        }
        let mut addr = std::ptr::null_mut();
        let mut size = 0;
        libc::pthread_attr_getstack(&attr, &mut addr, &mut size);
        libc::pthread_attr_destroy(&mut attr);
        addr as usize + (256 << 10).min(size / 2)
    }
}
