//! `_stat`: the constants and tests of file modes.

use taipan_vm::native::*;

pub struct Stat;

static CONSTANTS: &[(&str, i64)] = &[
    ("S_IFDIR", 0o040000),
    ("S_IFCHR", 0o020000),
    ("S_IFBLK", 0o060000),
    ("S_IFREG", 0o100000),
    ("S_IFIFO", 0o010000),
    ("S_IFLNK", 0o120000),
    ("S_IFSOCK", 0o140000),
    ("S_IFDOOR", 0),
    ("S_IFPORT", 0),
    ("S_IFWHT", 0),
    ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000),
    ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000),
    ("S_IREAD", 0o400),
    ("S_IWRITE", 0o200),
    ("S_IEXEC", 0o100),
    ("S_IRWXU", 0o700),
    ("S_IRUSR", 0o400),
    ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100),
    ("S_IRWXG", 0o070),
    ("S_IRGRP", 0o040),
    ("S_IWGRP", 0o020),
    ("S_IXGRP", 0o010),
    ("S_IRWXO", 0o007),
    ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002),
    ("S_IXOTH", 0o001),
    ("UF_SETTABLE", 0x0000_ffff),
    ("UF_NODUMP", 1),
    ("UF_IMMUTABLE", 2),
    ("UF_APPEND", 4),
    ("UF_OPAQUE", 8),
    ("UF_NOUNLINK", 16),
    ("UF_COMPRESSED", 32),
    ("UF_TRACKED", 0x40),
    ("UF_DATAVAULT", 0x80),
    ("UF_HIDDEN", 0x8000),
    ("SF_SETTABLE", 0x3fff_0000),
    ("SF_ARCHIVED", 0x1_0000),
    ("SF_IMMUTABLE", 0x2_0000),
    ("SF_APPEND", 0x4_0000),
    ("SF_NOUNLINK", 0x10_0000),
    ("SF_SNAPSHOT", 0x20_0000),
    ("SF_RESTRICTED", 0x8_0000),
    ("SF_FIRMLINK", 0x80_0000),
    ("SF_DATALESS", 0x4000_0000),
    ("ST_MODE", 0),
    ("ST_INO", 1),
    ("ST_DEV", 2),
    ("ST_NLINK", 3),
    ("ST_UID", 4),
    ("ST_GID", 5),
    ("ST_SIZE", 6),
    ("ST_ATIME", 7),
    ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    CONSTANTS.iter().try_for_each(|&(name, n)| m.set(t, name, t.int(n)?))
}

fn kind(mode: i64) -> i64 {
    mode & 0o170000
}

/// S_IFMT_: file type bits
/// S_IFDIR: directory
/// S_IFCHR: character device
/// S_IFBLK: block device
/// S_IFREG: regular file
/// S_IFIFO: fifo (named pipe)
/// S_IFLNK: symbolic link
/// S_IFSOCK: socket file
#[pymodule(name = "_stat", init = init)]
#[allow(non_snake_case)]
impl Stat {
    /// S_ISDIR(mode) -> bool
    ///
    /// Return True if mode is from a directory.
    #[py("($module, mode, /)", nosig)]
    fn S_ISDIR(_t: &Thread, mode: i64) -> bool {
        kind(mode) == 0o040000
    }
    /// S_ISCHR(mode) -> bool
    ///
    /// Return True if mode is from a character special device file.
    #[py("($module, mode, /)", nosig)]
    fn S_ISCHR(_t: &Thread, mode: i64) -> bool {
        kind(mode) == 0o020000
    }
    /// S_ISBLK(mode) -> bool
    ///
    /// Return True if mode is from a block special device file.
    #[py("($module, mode, /)", nosig)]
    fn S_ISBLK(_t: &Thread, mode: i64) -> bool {
        kind(mode) == 0o060000
    }
    /// S_ISREG(mode) -> bool
    ///
    /// Return True if mode is from a regular file.
    #[py("($module, mode, /)", nosig)]
    fn S_ISREG(_t: &Thread, mode: i64) -> bool {
        kind(mode) == 0o100000
    }
    /// S_ISFIFO(mode) -> bool
    ///
    /// Return True if mode is from a FIFO (named pipe).
    #[py("($module, mode, /)", nosig)]
    fn S_ISFIFO(_t: &Thread, mode: i64) -> bool {
        kind(mode) == 0o010000
    }
    /// S_ISLNK(mode) -> bool
    ///
    /// Return True if mode is from a symbolic link.
    #[py("($module, mode, /)", nosig)]
    fn S_ISLNK(_t: &Thread, mode: i64) -> bool {
        kind(mode) == 0o120000
    }
    /// S_ISSOCK(mode) -> bool
    ///
    /// Return True if mode is from a socket.
    #[py("($module, mode, /)", nosig)]
    fn S_ISSOCK(_t: &Thread, mode: i64) -> bool {
        kind(mode) == 0o140000
    }
    /// S_ISDOOR(mode) -> bool
    ///
    /// Return True if mode is from a door.
    #[py("($module, mode, /)", nosig)]
    fn S_ISDOOR(_t: &Thread, mode: i64) -> bool {
        let _ = mode;
        false
    }
    /// S_ISPORT(mode) -> bool
    ///
    /// Return True if mode is from an event port.
    #[py("($module, mode, /)", nosig)]
    fn S_ISPORT(_t: &Thread, mode: i64) -> bool {
        let _ = mode;
        false
    }
    /// S_ISWHT(mode) -> bool
    ///
    /// Return True if mode is from a whiteout.
    #[py("($module, mode, /)", nosig)]
    fn S_ISWHT(_t: &Thread, mode: i64) -> bool {
        let _ = mode;
        false
    }
    /// Return the portion of the file's mode that can be set by os.chmod().
    #[py("($module, mode, /)", nosig)]
    fn S_IMODE(_t: &Thread, mode: i64) -> i64 {
        mode & 0o7777
    }
    /// Return the portion of the file's mode that describes the file type.
    #[py("($module, mode, /)", nosig)]
    fn S_IFMT(_t: &Thread, mode: i64) -> i64 {
        kind(mode)
    }
    /// Convert a file's mode to a string of the form '-rwxrwxrwx'
    #[py("($module, mode, /)", nosig)]
    fn filemode(_t: &Thread, mode: i64) -> String {
        let mut s = String::with_capacity(10);
        s.push(match kind(mode) {
            0o100000 => '-',
            0o040000 => 'd',
            0o120000 => 'l',
            0o060000 => 'b',
            0o020000 => 'c',
            0o010000 => 'p',
            0o140000 => 's',
            _ => '?',
        });
        for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
            let bits = mode >> shift;
            s.push(if bits & 4 != 0 { 'r' } else { '-' });
            s.push(if bits & 2 != 0 { 'w' } else { '-' });
            s.push(match (mode & special != 0, bits & 1 != 0) {
                (true, true) => letter,
                (true, false) => letter.to_ascii_uppercase(),
                (false, true) => 'x',
                (false, false) => '-',
            });
        }
        s
    }
}
