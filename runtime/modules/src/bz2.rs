//! `_bz2`: compressors and decompressors, over the crate `bzip2` with its library in Rust.

use crate::hashes::with_state;
use bzip2::{Action, Compress, Compression, Decompress, Status};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::*};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;
use taipan_vm::objects::exceptions as ex;

pub struct Bz2;

/// Room for output that is made at first.
const ROOM: usize = 16 * 1024;

#[pymodule(name = "_bz2", classes(Bz2Compressor, Bz2Decompressor))]
impl Bz2 {}

fn os_error(t: &Thread) -> Exc {
    t.new_error(ex::class(ex::Kind::OSError), "Invalid data stream")
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct Bz2Compressor {
    header: Header,
    /// `None` once it was flushed.
    #[noscan(drop)]
    state: Mutex<Option<Compress>>,
}

/// Compresses `input`; with an action that ends the stream, until it has ended.
fn compress(c: &mut Compress, mut input: &[u8], action: Action) -> std::result::Result<Vec<u8>, bzip2::Error> {
    let mut out = Vec::new();
    let finish = matches!(action, Action::Finish);
    while finish || !input.is_empty() {
        out.reserve(ROOM.max(out.len()));
        let before = c.total_in();
        let action = if finish { Action::Finish } else { Action::Run };
        let status = c.compress_vec(input, &mut out, action)?;
        input = &input[(c.total_in() - before) as usize..];
        if status == Status::StreamEnd {
            break;
        }
    }
    Ok(out)
}

/// Create a compressor object for compressing data incrementally.
///
///   compresslevel
///     Compression level, as a number between 1 and 9.
///
/// For one-shot compression, use the compress() function instead.
#[pyclass(name = "BZ2Compressor", module = "_bz2")]
impl Bz2Compressor {
    #[py("(compresslevel=9, /)")]
    fn __new__(t: &Thread, cls: Ref<Class>, compresslevel: Option<i32>) -> Result<Ref<Bz2Compressor>> {
        let level = compresslevel.unwrap_or(9);
        if !(1..=9).contains(&level) {
            return Err(t.value_error("compresslevel must be between 1 and 9"));
        }
        let c = Compress::new(Compression::new(level as u32), 0);
        t.create_in(cls, Bz2Compressor { header: Header::NEW, state: Mutex::new(Some(c)) })
    }
    /// Provide data to the compressor object.
    ///
    /// Returns a chunk of compressed data if possible, or b'' otherwise.
    ///
    /// When you have finished providing data to the compressor, call the
    /// flush() method to finish the compression process.
    #[py("($self, data, /)")]
    fn compress(t: &Thread, this: Ref<Bz2Compressor>, data: Buffer) -> Result<Ref<Bytes>> {
        let bytes = data.stable();
        match with_state(t, &this.state, true, |c| c.as_mut().map(|c| compress(c, &bytes, Action::Run))) {
            None => Err(t.value_error("Compressor has been flushed")),
            Some(Ok(out)) => Bytes::new(t, &out),
            Some(Err(_)) => Err(os_error(t)),
        }
    }
    /// Finish the compression process.
    ///
    /// Returns the compressed data left in internal buffers.
    ///
    /// The compressor object may not be used after this method is called.
    #[py("($self, /)")]
    fn flush(t: &Thread, this: Ref<Bz2Compressor>) -> Result<Ref<Bytes>> {
        match with_state(t, &this.state, true, |c| c.take().map(|mut c| compress(&mut c, &[], Action::Finish))) {
            None => Err(t.value_error("Repeated call to flush()")),
            Some(Ok(out)) => Bytes::new(t, &out),
            Some(Err(_)) => Err(os_error(t)),
        }
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Bz2Compressor>) -> Result<Value> {
        Err(t.type_error(format!("cannot pickle '{}' object", class_of(this.value()).full_name())))
    }
}

/// A decompressor and the input that it has not read yet.
struct Reading {
    d: Decompress,
    pending: Vec<u8>,
    /// The library's state means nothing any more after it found an error in the data.
    broken: bool,
}

/// Why nothing was decompressed.
enum Refused {
    Data,
    Broken,
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct Bz2Decompressor {
    header: Header,
    #[noscan(drop)]
    state: Mutex<Reading>,
    unused: Field,
    eof: AtomicBool,
    needs_input: AtomicBool,
}

/// What a call of `decompress` did.
struct Step {
    out: Vec<u8>,
    ended: bool,
    /// Input that was not read.
    rest: Vec<u8>,
}

fn decompress(r: &mut Reading, more: &[u8], limit: usize) -> std::result::Result<Step, Refused> {
    if r.broken {
        return Err(Refused::Broken);
    }
    let mut input = std::mem::take(&mut r.pending);
    input.extend_from_slice(more);
    let (mut at, mut out, mut ended) = (0, Vec::new(), false);
    while !ended && out.len() < limit {
        let room = ROOM.max(out.len()).min(limit - out.len());
        out.reserve_exact(room);
        // Exactly as much room as may be filled.
        let mut part = Vec::with_capacity(room);
        let before = r.d.total_in();
        let Ok(status) = r.d.decompress_vec(&input[at..], &mut part) else {
            r.broken = true;
            return Err(Refused::Data);
        };
        let read = (r.d.total_in() - before) as usize;
        at += read;
        let wrote = part.len();
        out.extend_from_slice(&part);
        ended = status == Status::StreamEnd;
        if read == 0 && wrote == 0 {
            break;
        }
        if at == input.len() && wrote < part.capacity() && !ended {
            break;
        }
    }
    let rest = input[at..].to_vec();
    if !ended {
        r.pending.clone_from(&rest);
    }
    out.truncate(limit);
    Ok(Step { out, ended, rest })
}

/// Create a decompressor object for decompressing data incrementally.
///
/// For one-shot decompression, use the decompress() function instead.
#[pyclass(name = "BZ2Decompressor", module = "_bz2")]
impl Bz2Decompressor {
    #[py("()")]
    fn __new__(t: &Thread, cls: Ref<Class>) -> Result<Ref<Bz2Decompressor>> {
        t.create_in(
            cls,
            Bz2Decompressor {
                header: Header::NEW,
                state: Mutex::new(Reading { d: Decompress::new(false), pending: Vec::new(), broken: false }),
                unused: Field::new(Bytes::new(t, &[])?.value()),
                eof: AtomicBool::new(false),
                needs_input: AtomicBool::new(true),
            },
        )
    }
    /// Decompress *data*, returning uncompressed data as bytes.
    ///
    /// If *max_length* is nonnegative, returns at most *max_length* bytes
    /// of decompressed data.  If this limit is reached and further output
    /// can be produced, *self.needs_input* will be set to ``False``.  In
    /// this case, the next call to *decompress()* may provide *data* as b''
    /// to obtain more of the output.
    ///
    /// If all of the input data was decompressed and returned (either
    /// because this was less than *max_length* bytes, or because
    /// *max_length* was negative), *self.needs_input* will be set to True.
    ///
    /// Attempting to decompress data after the end of stream is reached
    /// raises an EOFError.  Any data found after the end of the stream is
    /// ignored and saved in the unused_data attribute.
    #[py("($self, /, data, max_length=-1)")]
    fn decompress(t: &Thread, this: Ref<Bz2Decompressor>, data: Buffer, max_length: Option<isize>) -> Result<Ref<Bytes>> {
        if this.eof.load(Acquire) {
            return Err(t.eof_error("End of stream already reached"));
        }
        let limit = usize::try_from(max_length.unwrap_or(-1)).unwrap_or(usize::MAX);
        let bytes = data.stable();
        let step = match with_state(t, &this.state, true, |r| decompress(r, &bytes, limit)) {
            Ok(step) => step,
            Err(refused) => {
                this.needs_input.store(false, Release);
                return Err(match refused {
                    Refused::Data => os_error(t),
                    Refused::Broken => t.value_error("Decompressor is unusable after a previous error"),
                });
            }
        };
        if step.ended {
            this.eof.store(true, Release);
            this.needs_input.store(false, Release);
            this.unused.set(t, this.header(), Bytes::new(t, &step.rest)?.value());
        } else {
            this.needs_input.store(step.rest.is_empty() && step.out.len() < limit, Release);
        }
        Bytes::new(t, &step.out)
    }
    /// True if the end-of-stream marker has been reached.
    #[py(member)]
    fn eof(_t: &Thread, this: Ref<Bz2Decompressor>) -> bool {
        this.eof.load(Acquire)
    }
    /// Data found after the end of the compressed stream.
    #[py(member)]
    fn unused_data(_t: &Thread, this: Ref<Bz2Decompressor>) -> Value {
        this.unused.get()
    }
    /// True if more input is needed before more decompressed data can be produced.
    #[py(member)]
    fn needs_input(_t: &Thread, this: Ref<Bz2Decompressor>) -> bool {
        this.needs_input.load(Acquire)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Bz2Decompressor>) -> Result<Value> {
        Err(t.type_error(format!("cannot pickle '{}' object", class_of(this.value()).full_name())))
    }
}
