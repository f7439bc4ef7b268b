//! The standard library as the program carries it: compiled code and source text of every module, and the data files beside them.
//!
//! The image is made by the build (`build.rs`, which describes its layout) and lies in the program's read-only data: the system maps
//! it, and pages that are never looked at are never read. Looking a file up costs a binary search over the paths.
//!
//! **Invariant:** this crate depends on neither the heap nor the runtime, so that changing those does not compile the library again.

/// Where the build wrote the library's files out; there while the build folder is.
pub const BUILT_TREE: &str = env!("TAIPAN_LIBRARY_TREE");

static IMAGE: &[u8] = include_bytes!(env!("TAIPAN_LIBRARY_IMAGE"));
const MAGIC: &[u8] = b"TPYLIB01";
const HEAD: usize = MAGIC.len() + 4;
const RECORD: usize = 28;

/// A file of the library.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Relative to the library's folder, with `/`.
    pub path: &'static str,
    /// The compiled unit (`taipan_compiler::serial`); empty for data files.
    pub code: &'static [u8],
    /// Length of the file's text in bytes.
    pub len: usize,
    packed: &'static [u8],
}

impl File {
    /// What is in the file. Unpacked at every call.
    pub fn text(&self) -> Vec<u8> {
        miniz_oxide::inflate::decompress_to_vec_with_limit(self.packed, self.len).expect("the image is as it was built")
    }
}

fn number(at: usize) -> usize {
    let mut b = [0; 4];
    b.copy_from_slice(&IMAGE[at..at + 4]);
    u32::from_le_bytes(b) as usize
}

fn path(i: usize) -> &'static str {
    let record = HEAD + i * RECORD;
    let at = number(record);
    std::str::from_utf8(&IMAGE[at..at + number(record + 4)]).expect("paths are text")
}

fn record(i: usize) -> File {
    let at = HEAD + i * RECORD;
    let slice = |field: usize| {
        let start = number(at + field);
        &IMAGE[start..start + number(at + field + 4)]
    };
    File { path: path(i), code: slice(8), packed: slice(16), len: number(at + 24) }
}

/// Number of files.
fn count() -> usize {
    assert!(IMAGE.starts_with(MAGIC), "the image is of another version");
    number(MAGIC.len())
}

/// Index of the first file whose path is not less.
fn lower_bound(wanted: &str) -> usize {
    let (mut low, mut high) = (0, count());
    while low < high {
        let mid = (low + high) / 2;
        if path(mid) < wanted { low = mid + 1 } else { high = mid }
    }
    low
}

/// The file of this path, relative to the library's folder.
pub fn file(wanted: &str) -> Option<File> {
    let i = lower_bound(wanted);
    (i < count() && path(i) == wanted).then(|| record(i))
}

/// All files whose path starts so, sorted.
pub fn files(prefix: &str) -> impl Iterator<Item = File> {
    (lower_bound(prefix)..count()).take_while(move |&i| path(i).starts_with(prefix)).map(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_with_their_text() {
        let os = file("os.py").expect("os is in the library");
        assert!(!os.code.is_empty());
        let text = String::from_utf8(os.text()).expect("UTF-8");
        assert_eq!(text.len(), os.len);
        assert!(text.contains("def makedirs("));
        assert!(file("json/__init__.py").is_some());
        assert!(file("json").is_none() && file("").is_none() && file("zzz.py").is_none());
    }

    #[test]
    fn paths_are_sorted_and_listed_by_prefix() {
        let all: Vec<_> = files("").map(|f| f.path).collect();
        assert!(all.is_sorted() && all.len() > 400);
        assert!(files("json/").all(|f| f.path.starts_with("json/")) && files("json/").count() >= 5);
        assert!(all.iter().all(|p| !p.contains("__pycache__")));
    }

    #[test]
    fn marks_of_the_sources_origin_are_gone() {
        for f in files("").filter(|f| f.path.ends_with(".py")) {
            let text = String::from_utf8_lossy(&f.text()).to_lowercase();
            assert!(!text.contains("xxx: rustpython"), "{}", f.path);
        }
    }
}
