//! Native modules of the standard library, one file or folder a module, named as Python names it. Safe Rust over
//! `taipan_vm::native`; a module that needs `unsafe` shows that the surface lacks something.

mod abc;
mod accounts;
mod array;
mod ast;
mod asyncio;
mod atexit;
mod binascii;
mod bisect;
mod bz2;
mod cmath;
mod collections;
mod contextvars;
mod csv;
mod datetime;
mod decimal;
mod errno;
mod expat;
mod faulthandler;
mod fcntl;
mod functools;
mod gc;
mod hashes;
mod heapq;
pub mod io;
mod itertools;
mod json;
mod locale;
mod marshal;
mod math;
mod mmap;
mod multibytecodec;
mod opcode;
mod operator;
mod pickle;
mod posix;
mod posixshmem;
mod posixsubprocess;
mod queue;
mod random;
mod resource;
mod select;
mod shown;
mod signal;
mod socket;
mod sre;
mod stat;
mod statistics;
mod struct_;
mod symtable;
mod system;
mod termios;
mod thread;
mod thread_lock;
mod time;
mod tokenize;
mod unicodedata;
mod weakref;
mod zlib;

use taipan_vm::native::*;

/// Each module's name and declaration.
static MODULES: &[(&str, fn() -> &'static ModuleDef)] = &[
    ("marshal", marshal::Marshal::module_def),
    ("_io", io::Io::module_def),
    ("gc", gc::Gc::module_def),
    ("posix", posix::Posix::module_def),
    ("_thread", thread::ThreadModule::module_def),
    ("_weakref", weakref::WeakrefModule::module_def),
    ("time", time::Time::module_def),
    ("math", math::Math::module_def),
    ("itertools", itertools::Itertools::module_def),
    ("_operator", operator::Operator::module_def),
    ("_functools", functools::Functools::module_def),
    ("_random", random::RandomModule::module_def),
    ("errno", errno::Errno::module_def),
    ("_abc", abc::Abc::module_def),
    ("_collections", collections::Collections::module_def),
    ("_struct", struct_::StructModule::module_def),
    ("binascii", binascii::Binascii::module_def),
    ("cmath", cmath::Cmath::module_def),
    ("array", array::ArrayModule::module_def),
    ("_bisect", bisect::Bisect::module_def),
    ("_heapq", heapq::Heapq::module_def),
    ("_symtable", symtable::Symtable::module_def),
    ("_bz2", bz2::Bz2::module_def),
    ("_md5", hashes::simple::Md5::module_def),
    ("_sha1", hashes::simple::Sha1::module_def),
    ("_sha2", hashes::simple::Sha2::module_def),
    ("_sha3", hashes::sha3::Sha3::module_def),
    ("_blake2", hashes::blake2::Blake2::module_def),
    ("_hmac", hashes::hmac::HmacModule::module_def),
    ("_kdf", hashes::kdf::Kdf::module_def),
    ("zlib", zlib::Zlib::module_def),
    ("_pickle", pickle::Pickle::module_def),
    ("_json", json::Json::module_def),
    ("_csv", csv::Csv::module_def),
    ("_statistics", statistics::Statistics::module_def),
    ("unicodedata", unicodedata::UnicodeData::module_def),
    ("_opcode", opcode::Opcode::module_def),
    ("_ast", ast::AstModule::module_def),
    ("_tokenize", tokenize::Tokenize::module_def),
    ("_stat", stat::Stat::module_def),
    ("_sre", sre::Sre::module_def),
    ("_contextvars", contextvars::ContextvarsModule::module_def),
    ("atexit", atexit::Atexit::module_def),
    ("_signal", signal::SignalModule::module_def),
    ("_queue", queue::QueueModule::module_def),
    ("_posixsubprocess", posixsubprocess::Subprocess::module_def),
    ("resource", resource::Resource::module_def),
    ("_asyncio", asyncio::AsyncioModule::module_def),
    ("pyexpat", expat::Expat::module_def),
    ("faulthandler", faulthandler::Faulthandler::module_def),
    ("fcntl", fcntl::Fcntl::module_def),
    ("pwd", accounts::Pwd::module_def),
    ("grp", accounts::Grp::module_def),
    ("termios", termios::Termios::module_def),
    ("mmap", mmap::MmapModule::module_def),
    ("_locale", locale::LocaleModule::module_def),
    ("_posixshmem", posixshmem::PosixShmem::module_def),
    ("_multiprocessing", posixshmem::Multiprocessing::module_def),
    ("_datetime", datetime::Datetime::module_def),
    ("_decimal", decimal::DecimalModule::module_def),
    ("_multibytecodec", multibytecodec::Multibytecodec::module_def),
    ("_codecs_jp", multibytecodec::CodecsJp::module_def),
    ("_codecs_cn", multibytecodec::CodecsCn::module_def),
    ("_codecs_kr", multibytecodec::CodecsKr::module_def),
    ("_codecs_tw", multibytecodec::CodecsTw::module_def),
    ("_codecs_hk", multibytecodec::CodecsHk::module_def),
    ("_codecs_iso2022", multibytecodec::CodecsIso2022::module_def),
    ("select", select::SelectModule::module_def),
    ("_socket", socket::SocketModule::module_def),
];

/// Makes the modules known to the runtime. Before start-up.
pub fn register() {
    taipan_vm::modules::register(MODULES);
    ast::register();
    taipan_vm::hooks::set_streams_hook(io::std_streams);
    taipan_vm::hooks::set_start_hook(signal::install);
    taipan_vm::hooks::set_signal_hook(signal::run_handlers);
    taipan_vm::hooks::set_exit_hook(atexit::finish);
}
