//! Streams of `libz-rs-sys`, which has zlib's interface in full (other crates leave out copies, strategies, and what concerns
//! dictionaries), made safe: a stream stays where it is in memory, and is ended once.

use libz_rs_sys as z;
use std::ffi::c_int;

/// What a call of the library returned.
pub type Code = c_int;

const STREAM_SIZE: c_int = size_of::<z::z_stream>() as c_int;

/// Settings of a container.
#[derive(Clone, Copy)]
pub struct Settings {
    pub level: c_int,
    pub method: c_int,
    pub window_bits: c_int,
    pub memory_level: c_int,
    pub strategy: c_int,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Deflate,
    Inflate,
}

pub struct Stream {
    z: Box<z::z_stream>,
    direction: Direction,
    /// It was made, and not ended.
    open: bool,
}

// SAFETY: a stream's memory belongs to it alone, wherever it is used.
unsafe impl Send for Stream {}

/// How much of input and output a call used.
#[derive(Clone, Copy)]
pub struct Progress {
    pub code: Code,
    pub read: usize,
    pub written: usize,
}

impl Stream {
    fn empty(direction: Direction) -> Stream {
        Stream { z: Box::default(), direction, open: false }
    }
    pub fn deflate(s: Settings) -> Result<Stream, Code> {
        let mut stream = Stream::empty(Direction::Deflate);
        // SAFETY: a fresh stream structure, and the library's own version text.
        let code = unsafe {
            z::deflateInit2_(
                &mut *stream.z,
                s.level,
                s.method,
                s.window_bits,
                s.memory_level,
                s.strategy,
                z::zlibVersion(),
                STREAM_SIZE,
            )
        };
        stream.opened(code)
    }
    pub fn inflate(window_bits: c_int) -> Result<Stream, Code> {
        let mut stream = Stream::empty(Direction::Inflate);
        // SAFETY: as above.
        let code = unsafe { z::inflateInit2_(&mut *stream.z, window_bits, z::zlibVersion(), STREAM_SIZE) };
        stream.opened(code)
    }
    fn opened(mut self, code: Code) -> Result<Stream, Code> {
        self.open = code == z::Z_OK;
        if self.open { Ok(self) } else { Err(code) }
    }
    pub fn copy(&mut self) -> Result<Stream, Code> {
        let mut copy = Stream::empty(self.direction);
        // SAFETY: both are stream structures; the source is open.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => z::deflateCopy(&mut *copy.z, &mut *self.z),
                Direction::Inflate => z::inflateCopy(&mut *copy.z, &*self.z),
            }
        };
        copy.opened(code)
    }
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> Code {
        let n = dictionary.len() as u32;
        // SAFETY: an open stream, and a slice of this length.
        unsafe {
            match self.direction {
                Direction::Deflate => z::deflateSetDictionary(&mut *self.z, dictionary.as_ptr(), n),
                Direction::Inflate => z::inflateSetDictionary(&mut *self.z, dictionary.as_ptr(), n),
            }
        }
    }
    /// Works on a part of the input, with room for `room` more bytes at the end of `out`.
    pub fn run(&mut self, input: &[u8], out: &mut Vec<u8>, room: usize, flush: c_int) -> Progress {
        // The library counts in 32 bits.
        let input = &input[..input.len().min(1 << 30)];
        let room = room.min(1 << 30);
        let start = out.len();
        out.resize(start + room, 0);
        let target = &mut out[start..];
        self.z.next_in = input.as_ptr();
        self.z.avail_in = input.len() as u32;
        self.z.next_out = target.as_mut_ptr();
        self.z.avail_out = target.len() as u32;
        // SAFETY: an open stream whose input and output are slices of these lengths for the time of the call.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => z::deflate(&mut *self.z, flush),
                Direction::Inflate => z::inflate(&mut *self.z, flush),
            }
        };
        let read = input.len() - self.z.avail_in as usize;
        let written = room - self.z.avail_out as usize;
        out.truncate(start + written);
        Progress { code, read, written }
    }
    /// The library's own words about the last error.
    pub fn message(&self) -> Option<String> {
        if self.z.msg.is_null() {
            return None;
        }
        // SAFETY: messages are static C strings.
        unsafe { std::ffi::CStr::from_ptr(self.z.msg) }.to_str().ok().map(str::to_owned)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        // SAFETY: an open stream, ended once.
        unsafe {
            match self.direction {
                Direction::Deflate => z::deflateEnd(&mut *self.z),
                Direction::Inflate => z::inflateEnd(&mut *self.z),
            };
        }
    }
}

pub fn crc32(bytes: &[u8], start: u32) -> u32 {
    bytes.chunks(1 << 30).fold(start, |c, part| {
        // SAFETY: a slice of this length.
        unsafe { z::crc32(c.into(), part.as_ptr(), part.len() as u32) as u32 }
    })
}

pub fn adler32(bytes: &[u8], start: u32) -> u32 {
    bytes.chunks(1 << 30).fold(start, |c, part| {
        // SAFETY: as above.
        unsafe { z::adler32(c.into(), part.as_ptr(), part.len() as u32) as u32 }
    })
}
