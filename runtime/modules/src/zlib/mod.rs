//! `zlib`, over `libz-rs-sys` (zlib in Rust).

mod stream;

use crate::hashes::with_state;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::*};
use stream::{Code, Progress, Settings, Stream};
use taipan_vm::native::*;
use taipan_vm::objects::buffer::Buffer;
use taipan_vm::objects::exceptions as ex;

pub struct Zlib;

const Z_OK: Code = 0;
const Z_STREAM_END: Code = 1;
const Z_NEED_DICT: Code = 2;
const Z_STREAM_ERROR: Code = -2;
const Z_DATA_ERROR: Code = -3;
const Z_MEM_ERROR: Code = -4;
const Z_BUF_ERROR: Code = -5;

const Z_NO_FLUSH: i32 = 0;
const Z_SYNC_FLUSH: i32 = 2;
const Z_FINISH: i32 = 4;
const MAX_WBITS: i32 = 15;
const DEFLATED: i32 = 8;
const MEMORY_LEVEL: i32 = 8;
const BUFFER: usize = 16 * 1024;
/// Work on inputs from this size on lets other threads stop the world.
const LONG: usize = 1024;

fn error_class(t: &Thread) -> Result<Ref<Class>> {
    let key = Str::intern_str(t, "zlib.error")?;
    let registry = t.registry();
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let namespace = Dict::new(t)?;
    namespace.set(t, names::__module__().value(), Str::intern_str(t, "zlib")?.value())?;
    let bases = Tuple::new(t, &[ex::class(ex::Kind::Exception).value()])?;
    let new = t.call(Class::class().value(), &[Str::intern_str(t, "error")?.value(), bases.value(), namespace.value()])?;
    let kept = registry.set_default(t, key.value(), new)?.unwrap_or(new);
    kept.downcast::<Class>().ok_or_else(|| t.type_error("not a class"))
}

#[cold]
fn plain_error(t: &Thread, message: &str) -> Exc {
    error_class(t).map_or_else(|e| e, |c| t.new_error(c, message))
}

#[cold]
fn error(t: &Thread, code: Code, message: Option<String>, doing: &str) -> Exc {
    let known = message.or_else(|| {
        let text = match code {
            Z_BUF_ERROR => "incomplete or truncated stream",
            Z_STREAM_ERROR => "inconsistent stream state",
            Z_DATA_ERROR => "invalid input data",
            _ => return None,
        };
        Some(text.to_owned())
    });
    if code == Z_MEM_ERROR {
        return t.memory_error();
    }
    match known {
        Some(m) => plain_error(t, &format!("Error {code} {doing}: {m}")),
        None => plain_error(t, &format!("Error {code} {doing}")),
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "error", error_class(t)?.value())?;
    for (name, value) in [
        ("MAX_WBITS", MAX_WBITS),
        ("DEFLATED", DEFLATED),
        ("DEF_MEM_LEVEL", MEMORY_LEVEL),
        ("DEF_BUF_SIZE", BUFFER as i32),
        ("Z_BEST_SPEED", 1),
        ("Z_BEST_COMPRESSION", 9),
        ("Z_DEFAULT_COMPRESSION", -1),
        ("Z_NO_COMPRESSION", 0),
        ("Z_FILTERED", 1),
        ("Z_HUFFMAN_ONLY", 2),
        ("Z_RLE", 3),
        ("Z_FIXED", 4),
        ("Z_DEFAULT_STRATEGY", 0),
        ("Z_NO_FLUSH", Z_NO_FLUSH),
        ("Z_PARTIAL_FLUSH", 1),
        ("Z_SYNC_FLUSH", Z_SYNC_FLUSH),
        ("Z_FULL_FLUSH", 3),
        ("Z_FINISH", Z_FINISH),
        ("Z_BLOCK", 5),
        ("Z_TREES", 6),
    ] {
        m.set(t, name, t.int(i64::from(value))?)?;
    }
    for (name, version) in [("ZLIB_VERSION", "1.3.1"), ("ZLIB_RUNTIME_VERSION", "1.3.1"), ("__version__", "1.0")] {
        m.set(t, name, Str::intern_str(t, version)?.value())?;
    }
    Ok(())
}

/// How much more room to make when `len` bytes are there already.
fn growth(len: usize, first: usize) -> usize {
    if len == 0 { first } else { len.clamp(BUFFER, 64 << 20) }
}

/// Gives `input` to a stream until it is used up, and, when flushing, until nothing more comes.
fn feed(s: &mut Stream, input: &[u8], flush: i32, out: &mut Vec<u8>) -> Progress {
    let mut total = Progress { code: Z_OK, read: 0, written: 0 };
    loop {
        let room = growth(out.len(), BUFFER);
        let p = s.run(&input[total.read..], out, room, flush);
        total = Progress { code: p.code, read: total.read + p.read, written: total.written + p.written };
        if p.code < 0 && p.code != Z_BUF_ERROR || p.code == Z_STREAM_END || p.code == Z_NEED_DICT {
            return total;
        }
        // Room was left: nothing more can come of what is there.
        if p.written < room && total.read == input.len() || (p.read == 0 && p.written == 0) {
            return total;
        }
    }
}

/// As `feed`, for decompression, up to `limit` bytes of output.
fn unfold(
    s: &mut Stream,
    dictionary: &[u8],
    input: &[u8],
    limit: usize,
    first: usize,
    flush: i32,
) -> (Progress, Vec<u8>, Option<Code>) {
    let mut out = Vec::new();
    let mut total = Progress { code: Z_OK, read: 0, written: 0 };
    loop {
        let room = growth(out.len(), first).min(limit - out.len());
        if room == 0 {
            return (total, out, None);
        }
        let p = s.run(&input[total.read..], &mut out, room, flush);
        total = Progress { code: p.code, read: total.read + p.read, written: total.written + p.written };
        match p.code {
            Z_NEED_DICT if !dictionary.is_empty() => {
                let code = s.set_dictionary(dictionary);
                if code < 0 {
                    return (total, out, Some(code));
                }
                continue;
            }
            Z_OK | Z_BUF_ERROR => {}
            _ => return (total, out, None),
        }
        if p.written < room && (total.read == input.len() || (p.read == 0 && p.written == 0)) {
            return (total, out, None);
        }
    }
}

/// zlib-compatible compression.
///
/// The functions in this module allow compression and decompression using the
/// zlib library, which is based on GNU zip.
///
/// adler32(string[, start]) -- Compute an Adler-32 checksum.
/// compress(data[, level]) -- Compress data, with compression level 0-9 or -1.
/// compressobj([level[, ...]]) -- Return a compressor object.
/// crc32(string[, start]) -- Compute a CRC-32 checksum.
/// decompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.
/// decompressobj([wbits[, zdict]]) -- Return a decompressor object.
///
/// 'wbits' is window buffer size and container format.
/// Compressor objects support compress() and flush() methods; decompressor
/// objects support decompress() and flush().
#[pymodule(name = "zlib", classes(Compress, Decompress, ZlibDecompressor), init = init)]
impl Zlib {
    /// Compute an Adler-32 checksum of data.
    ///
    ///   value
    ///     Starting value of the checksum.
    ///
    /// The returned checksum is an integer.
    #[py("($module, data, value=1, /)")]
    fn adler32(t: &Thread, data: Buffer, value: Option<Value>) -> Result<u32> {
        let start = word(t, value, 1)?;
        let bytes = data.stable();
        Ok(if bytes.len() > 5 * LONG { t.blocking(|| stream::adler32(&bytes, start)) } else { stream::adler32(&bytes, start) })
    }
    /// Compute a CRC-32 checksum of data.
    ///
    ///   value
    ///     Starting value of the checksum.
    ///
    /// The returned checksum is an integer.
    #[py("($module, data, value=0, /)")]
    fn crc32(t: &Thread, data: Buffer, value: Option<Value>) -> Result<u32> {
        let start = word(t, value, 0)?;
        let bytes = data.stable();
        Ok(if bytes.len() > 5 * LONG { t.blocking(|| stream::crc32(&bytes, start)) } else { stream::crc32(&bytes, start) })
    }
    /// Returns a bytes object containing compressed data.
    ///
    ///   data
    ///     Binary data to be compressed.
    ///   level
    ///     Compression level, in 0-9 or -1.
    ///   wbits
    ///     The window buffer size and container format.
    #[py("($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)")]
    fn compress(t: &Thread, data: Buffer, level: Option<i32>, wbits: Option<i32>) -> Result<Ref<Bytes>> {
        let settings = Settings {
            level: level.unwrap_or(-1),
            method: DEFLATED,
            window_bits: wbits.unwrap_or(MAX_WBITS),
            memory_level: MEMORY_LEVEL,
            strategy: 0,
        };
        let mut s = match Stream::deflate(settings) {
            Ok(s) => s,
            Err(Z_STREAM_ERROR) => return Err(plain_error(t, "Bad compression level")),
            Err(Z_MEM_ERROR) => return Err(t.memory_error()),
            Err(code) => return Err(error(t, code, None, "while compressing data")),
        };
        let bytes = data.stable();
        let mut out = Vec::new();
        let p = t.blocking(|| feed(&mut s, &bytes, Z_FINISH, &mut out));
        if p.code != Z_STREAM_END {
            return Err(error(t, p.code, s.message(), "while compressing data"));
        }
        Bytes::new(t, &out)
    }
    /// Returns a bytes object containing the uncompressed data.
    ///
    ///   data
    ///     Compressed data.
    ///   wbits
    ///     The window buffer size and container format.
    ///   bufsize
    ///     The initial output buffer size.
    #[py("($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)")]
    fn decompress(t: &Thread, data: Buffer, wbits: Option<i32>, bufsize: Option<isize>) -> Result<Ref<Bytes>> {
        let first = match bufsize {
            Some(n) if n < 0 => return Err(t.value_error("bufsize must be non-negative")),
            Some(n) => (n as usize).max(1),
            None => BUFFER,
        };
        let mut s = match Stream::inflate(wbits.unwrap_or(MAX_WBITS)) {
            Ok(s) => s,
            Err(Z_MEM_ERROR) => return Err(t.memory_error()),
            Err(code) => return Err(error(t, code, None, "while preparing to decompress data")),
        };
        let bytes = data.stable();
        let (p, out, _) = t.blocking(|| unfold(&mut s, &[], &bytes, usize::MAX, first, Z_SYNC_FLUSH));
        match p.code {
            Z_STREAM_END => Bytes::new(t, &out),
            Z_OK => Err(error(t, Z_BUF_ERROR, None, "while decompressing data")),
            code => Err(error(t, code, s.message(), "while decompressing data")),
        }
    }
    /// Return a compressor object.
    ///
    ///   level
    ///     The compression level (an integer in the range 0-9 or -1; default is
    ///     currently equivalent to 6).  Higher compression levels are slower,
    ///     but produce smaller results.
    ///   method
    ///     The compression algorithm.  If given, this must be DEFLATED.
    ///   wbits
    ///     +9 to +15: The base-two logarithm of the window size.  Include a zlib
    ///         container.
    ///     -9 to -15: Generate a raw stream.
    ///     +25 to +31: Include a gzip container.
    ///   memLevel
    ///     Controls the amount of memory used for internal compression state.
    ///     Valid values range from 1 to 9.
    ///   strategy
    ///     Used to tune the compression algorithm.  Possible values are
    ///     Z_DEFAULT_STRATEGY, Z_FILTERED, and Z_HUFFMAN_ONLY.
    ///   zdict
    ///     The predefined compression dictionary - a sequence of bytes
    ///     containing subsequences that are likely to occur in the input data.
    #[py(
        "($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY, zdict=<unrepresentable>)"
    )]
    fn compressobj(
        t: &Thread,
        level: Option<i32>,
        method: Option<i32>,
        wbits: Option<i32>,
        memLevel: Option<i32>,
        strategy: Option<i32>,
        zdict: Option<Buffer>,
    ) -> Result<Ref<Compress>> {
        let settings = Settings {
            level: level.unwrap_or(-1),
            method: method.unwrap_or(DEFLATED),
            window_bits: wbits.unwrap_or(MAX_WBITS),
            memory_level: memLevel.unwrap_or(MEMORY_LEVEL),
            strategy: strategy.unwrap_or(0),
        };
        let mut s = match Stream::deflate(settings) {
            Ok(s) => s,
            Err(Z_MEM_ERROR) => return Err(t.memory_error()),
            Err(Z_STREAM_ERROR) => return Err(t.value_error("Invalid initialization option")),
            Err(code) => return Err(error(t, code, None, "while creating compression object")),
        };
        if let Some(d) = zdict {
            match s.set_dictionary(&d.stable()) {
                Z_OK => {}
                Z_STREAM_ERROR => return Err(t.value_error("Invalid dictionary")),
                _ => return Err(t.value_error("deflateSetDictionary()")),
            }
        }
        t.create(Compress { header: Header::NEW, state: Mutex::new(Some(s)) })
    }
    /// Return a decompressor object.
    ///
    ///   wbits
    ///     The window buffer size and container format.
    ///   zdict
    ///     The predefined compression dictionary.  This must be the same
    ///     dictionary as used by the compressor that produced the input data.
    #[py("($module, /, wbits=MAX_WBITS, zdict=b'')")]
    fn decompressobj(t: &Thread, wbits: Option<i32>, zdict: Option<Value>) -> Result<Ref<Decompress>> {
        let (s, dictionary) = open_inflate(t, wbits, zdict)?;
        let empty = Bytes::new(t, &[])?.value();
        t.create(Decompress {
            header: Header::NEW,
            state: Mutex::new(s),
            dictionary,
            unused: Field::new(empty),
            tail: Field::new(empty),
            eof: AtomicBool::new(false),
        })
    }
}

/// A checksum to go on from.
fn word(t: &Thread, v: Option<Value>, default: u32) -> Result<u32> {
    let Some(v) = v else { return Ok(default) };
    let i = t.index(v)?;
    Ok(t.int_value(i).map_or(0, |i| i.as_ref().wrapping_u64() as u32))
}

fn open_inflate(t: &Thread, wbits: Option<i32>, zdict: Option<Value>) -> Result<(Stream, Vec<u8>)> {
    let dictionary = match zdict {
        None => Vec::new(),
        Some(v) if taipan_vm::objects::buffer::exports(t, v) => t.buffer(v)?.to_vec(),
        Some(_) => return Err(t.type_error("zdict argument must support the buffer protocol")),
    };
    let wbits = wbits.unwrap_or(MAX_WBITS);
    let mut s = match Stream::inflate(wbits) {
        Ok(s) => s,
        Err(Z_MEM_ERROR) => return Err(t.memory_error()),
        Err(Z_STREAM_ERROR) => return Err(t.value_error("Invalid initialization option")),
        Err(code) => return Err(error(t, code, None, "while creating decompression object")),
    };
    // Raw streams do not ask for it.
    if !dictionary.is_empty() && wbits < 0 {
        let code = s.set_dictionary(&dictionary);
        if code != Z_OK {
            return Err(error(t, code, None, "while setting zdict"));
        }
    }
    Ok((s, dictionary))
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct Compress {
    header: Header,
    /// `None` once it was finished.
    #[noscan(drop)]
    state: Mutex<Option<Stream>>,
}

#[pyclass(name = "Compress", module = "zlib", flags(NO_NEW))]
impl Compress {
    /// Returns a bytes object containing compressed data.
    ///
    ///   data
    ///     Binary data to be compressed.
    ///
    /// After calling this function, some of the input data may still
    /// be stored in internal buffers for later processing.
    /// Call the flush() method to clear these buffers.
    #[py("($self, data, /)")]
    fn compress(t: &Thread, this: Ref<Compress>, data: Buffer) -> Result<Ref<Bytes>> {
        let bytes = data.stable();
        let mut out = Vec::new();
        let (code, message) = with_state(t, &this.state, bytes.len() >= LONG, |s| match s {
            None => (Z_STREAM_ERROR, None),
            Some(s) => {
                let p = feed(s, &bytes, Z_NO_FLUSH, &mut out);
                (p.code, s.message())
            }
        });
        if code == Z_STREAM_ERROR {
            return Err(error(t, code, message, "while compressing data"));
        }
        Bytes::new(t, &out)
    }
    /// Return a bytes object containing any remaining compressed data.
    ///
    ///   mode
    ///     One of the constants Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH.
    ///     If mode == Z_FINISH, the compressor object can no longer be
    ///     used after calling the flush() method.  Otherwise, more data
    ///     can still be compressed.
    #[py("($self, mode=zlib.Z_FINISH, /)")]
    fn flush(t: &Thread, this: Ref<Compress>, mode: Option<i32>) -> Result<Ref<Bytes>> {
        let mode = mode.unwrap_or(Z_FINISH);
        if mode == Z_NO_FLUSH {
            return Bytes::new(t, &[]);
        }
        let mut out = Vec::new();
        let (code, message) = with_state(t, &this.state, true, |state| match state {
            None => (Z_STREAM_ERROR, None),
            Some(s) => {
                let p = feed(s, &[], mode, &mut out);
                let message = s.message();
                if p.code == Z_STREAM_END && mode == Z_FINISH {
                    *state = None;
                }
                (p.code, message)
            }
        });
        if code == Z_STREAM_ERROR || (code < 0 && code != Z_BUF_ERROR) {
            return Err(error(t, code, message, "while flushing"));
        }
        Bytes::new(t, &out)
    }
    /// Return a copy of the compression object.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<Compress>) -> Result<Ref<Compress>> {
        match with_state(t, &this.state, false, |s| s.as_mut().map(Stream::copy)) {
            Some(Ok(s)) => t.create(Compress { header: Header::NEW, state: Mutex::new(Some(s)) }),
            Some(Err(Z_MEM_ERROR)) => Err(t.memory_error()),
            None | Some(Err(_)) => Err(t.value_error("Inconsistent stream state")),
        }
    }
    #[py("($self, /)")]
    fn __copy__(t: &Thread, this: Ref<Compress>) -> Result<Ref<Compress>> {
        Compress::copy(t, this)
    }
    #[py("($self, memo, /)")]
    fn __deepcopy__(t: &Thread, this: Ref<Compress>, memo: Value) -> Result<Ref<Compress>> {
        let _ = memo;
        Compress::copy(t, this)
    }
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct Decompress {
    header: Header,
    #[noscan(drop)]
    state: Mutex<Stream>,
    #[noscan(drop)]
    dictionary: Vec<u8>,
    unused: Field,
    tail: Field,
    eof: AtomicBool,
}

impl Decompress {
    fn append_unused(t: &Thread, this: Ref<Decompress>, more: &[u8]) -> Result<()> {
        if more.is_empty() {
            return Ok(());
        }
        let mut all = this.unused.get().downcast::<Bytes>().map_or_else(Vec::new, |b| b.as_slice().to_vec());
        all.extend_from_slice(more);
        this.unused.set(t, this.header(), Bytes::new(t, &all)?.value());
        Ok(())
    }

    fn run(t: &Thread, this: Ref<Decompress>, bytes: &[u8], limit: usize, first: usize, flush: i32) -> Result<Vec<u8>> {
        if this.eof.load(Acquire) {
            // What follows the end is kept, but means nothing.
            Decompress::append_unused(t, this, bytes)?;
            this.tail.set(t, this.header(), Bytes::new(t, &[])?.value());
            return Ok(Vec::new());
        }
        let dictionary: &[u8] = &this.dictionary;
        let ((p, out, bad_dictionary), message) = with_state(t, &this.state, bytes.len() >= LONG, |s| {
            let done = unfold(s, dictionary, bytes, limit, first, flush);
            (done, s.message())
        });
        if let Some(code) = bad_dictionary {
            return Err(error(t, code, None, "while setting zdict"));
        }
        let rest = &bytes[p.read..];
        if p.code == Z_STREAM_END {
            this.eof.store(true, Release);
            Decompress::append_unused(t, this, rest)?;
            this.tail.set(t, this.header(), Bytes::new(t, &[])?.value());
            return Ok(out);
        }
        this.tail.set(t, this.header(), Bytes::new(t, rest)?.value());
        match p.code {
            Z_OK | Z_BUF_ERROR => Ok(out),
            code => Err(error(t, code, message, "while decompressing data")),
        }
    }
}

#[pyclass(name = "Decompress", module = "zlib", flags(NO_NEW))]
impl Decompress {
    /// Return a bytes object containing the decompressed version of the data.
    ///
    ///   data
    ///     The binary data to decompress.
    ///   max_length
    ///     The maximum allowable length of the decompressed data.
    ///     Unconsumed input data will be stored in
    ///     the unconsumed_tail attribute.
    ///
    /// After calling this function, some of the input data may still be
    /// stored in internal buffers for later processing.
    /// Call the flush() method to clear these buffers.
    #[py("($self, data, /, max_length=0)")]
    fn decompress(t: &Thread, this: Ref<Decompress>, data: Buffer, max_length: Option<isize>) -> Result<Ref<Bytes>> {
        let limit = match max_length.unwrap_or(0) {
            n if n < 0 => return Err(t.value_error("max_length must be non-negative")),
            0 => usize::MAX,
            n => n as usize,
        };
        let bytes = data.stable();
        let out = Decompress::run(t, this, &bytes, limit, BUFFER, Z_SYNC_FLUSH)?;
        Bytes::new(t, &out)
    }
    /// Return a bytes object containing any remaining decompressed data.
    ///
    ///   length
    ///     the initial size of the output buffer.
    #[py("($self, length=zlib.DEF_BUF_SIZE, /)")]
    fn flush(t: &Thread, this: Ref<Decompress>, length: Option<isize>) -> Result<Ref<Bytes>> {
        let first = match length {
            Some(n) if n <= 0 => return Err(t.value_error("length must be greater than zero")),
            Some(n) => n as usize,
            None => BUFFER,
        };
        let tail = this.tail.get().downcast::<Bytes>();
        let bytes = tail.map_or_else(Vec::new, |b| b.as_slice().to_vec());
        if this.eof.load(Acquire) {
            return Bytes::new(t, &[]);
        }
        let out = Decompress::run(t, this, &bytes, usize::MAX, first, Z_FINISH)?;
        Bytes::new(t, &out)
    }
    /// Return a copy of the decompression object.
    #[py("($self, /)")]
    fn copy(t: &Thread, this: Ref<Decompress>) -> Result<Ref<Decompress>> {
        if this.eof.load(Acquire) {
            return Err(t.value_error("Inconsistent stream state"));
        }
        match with_state(t, &this.state, false, Stream::copy) {
            Ok(s) => t.create(Decompress {
                header: Header::NEW,
                state: Mutex::new(s),
                dictionary: this.dictionary.clone(),
                unused: Field::new(this.unused.get()),
                tail: Field::new(this.tail.get()),
                eof: AtomicBool::new(this.eof.load(Acquire)),
            }),
            Err(Z_MEM_ERROR) => Err(t.memory_error()),
            Err(_) => Err(t.value_error("Inconsistent stream state")),
        }
    }
    #[py("($self, /)")]
    fn __copy__(t: &Thread, this: Ref<Decompress>) -> Result<Ref<Decompress>> {
        Decompress::copy(t, this)
    }
    #[py("($self, memo, /)")]
    fn __deepcopy__(t: &Thread, this: Ref<Decompress>, memo: Value) -> Result<Ref<Decompress>> {
        let _ = memo;
        Decompress::copy(t, this)
    }
    #[py(member)]
    fn unused_data(_t: &Thread, this: Ref<Decompress>) -> Value {
        this.unused.get()
    }
    #[py(member)]
    fn unconsumed_tail(_t: &Thread, this: Ref<Decompress>) -> Value {
        this.tail.get()
    }
    #[py(member)]
    fn eof(_t: &Thread, this: Ref<Decompress>) -> bool {
        this.eof.load(Acquire)
    }
}

/// A decompressor and the input that it has not read yet.
struct Buffered {
    stream: Stream,
    pending: Vec<u8>,
}

#[derive(HeapType)]
#[heap(drop)]
#[repr(C)]
pub struct ZlibDecompressor {
    header: Header,
    #[noscan(drop)]
    state: Mutex<Buffered>,
    #[noscan(drop)]
    dictionary: Vec<u8>,
    unused: Field,
    eof: AtomicBool,
    needs_input: AtomicBool,
}

/// Create a decompressor object for decompressing data incrementally.
///
///   wbits = 15
///   zdict
///      The predefined compression dictionary. This is a sequence of bytes
///      (such as a bytes object) containing subsequences that are expected
///      to occur frequently in the data that is to be compressed.
#[pyclass(name = "_ZlibDecompressor", module = "zlib")]
impl ZlibDecompressor {
    #[py("(wbits=15, zdict=b'')")]
    fn __new__(t: &Thread, cls: Ref<Class>, wbits: Option<i32>, zdict: Option<Value>) -> Result<Ref<ZlibDecompressor>> {
        let (stream, dictionary) = open_inflate(t, wbits, zdict)?;
        let empty = Bytes::new(t, &[])?.value();
        t.create_in(
            cls,
            ZlibDecompressor {
                header: Header::NEW,
                state: Mutex::new(Buffered { stream, pending: Vec::new() }),
                dictionary,
                unused: Field::new(empty),
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
    fn decompress(t: &Thread, this: Ref<ZlibDecompressor>, data: Buffer, max_length: Option<isize>) -> Result<Ref<Bytes>> {
        if this.eof.load(Acquire) {
            return Err(t.eof_error("End of stream already reached"));
        }
        let limit = usize::try_from(max_length.unwrap_or(-1)).unwrap_or(usize::MAX);
        let bytes = data.stable();
        let dictionary: &[u8] = &this.dictionary;
        let ((p, out, bad), rest, message) = with_state(t, &this.state, bytes.len() >= LONG, |s| {
            let mut input = std::mem::take(&mut s.pending);
            input.extend_from_slice(&bytes);
            let done = unfold(&mut s.stream, dictionary, &input, limit, BUFFER, Z_SYNC_FLUSH);
            let rest = input[done.0.read..].to_vec();
            if done.0.code != Z_STREAM_END {
                s.pending.clone_from(&rest);
            }
            (done, rest, s.stream.message())
        });
        if let Some(code) = bad {
            return Err(error(t, code, None, "while setting zdict"));
        }
        match p.code {
            Z_STREAM_END => {
                this.eof.store(true, Release);
                this.needs_input.store(false, Release);
                this.unused.set(t, this.header(), Bytes::new(t, &rest)?.value());
            }
            Z_OK | Z_BUF_ERROR => {
                let more = !rest.is_empty() || out.len() == limit;
                this.needs_input.store(!more, Release);
            }
            code => return Err(error(t, code, message, "while decompressing data")),
        }
        Bytes::new(t, &out)
    }
    /// True if the end-of-stream marker has been reached.
    #[py(member)]
    fn eof(_t: &Thread, this: Ref<ZlibDecompressor>) -> bool {
        this.eof.load(Acquire)
    }
    /// Data found after the end of the compressed stream.
    #[py(member)]
    fn unused_data(_t: &Thread, this: Ref<ZlibDecompressor>) -> Value {
        this.unused.get()
    }
    /// True if more input is needed before more decompressed data can be produced.
    #[py(member)]
    fn needs_input(_t: &Thread, this: Ref<ZlibDecompressor>) -> bool {
        this.needs_input.load(Acquire)
    }
}
