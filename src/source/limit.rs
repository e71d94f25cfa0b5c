//! How large a file may be: PostgreSQL takes no text over 1 GB, and plumb keeps all of a declaration in memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes of one file: of a declaration, a body, a snapshot, a plan.
pub const FILE: u64 = 256 << 20;
/// The bytes of all files of a declaration. PostgreSQL's own limit is `MaxAllocSize` (memutils.h), for one text.
pub const DECLARATION: u64 = 1 << 30;

/// Reads a file of at most so many bytes; a larger one is refused before anything of it is read.
///
/// # Errors
/// If it is larger, with the limit in the message, or cannot be read.
pub fn read(file: File, most: u64) -> io::Result<Vec<u8>> {
    let too_large = || {
        let message = format!("it is larger than {} MiB, which is the limit", most >> 20);
        io::Error::new(io::ErrorKind::FileTooLarge, message)
    };
    let size = file.metadata()?.len();
    if size > most {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    // A file can grow, and a device has no size.
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large()) } else { Ok(bytes) }
}

/// As [`read`], for a file of text by its path, and the limit of one file.
///
/// # Errors
/// As [`read`]; also if it is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let bytes = read(File::open(path)?, FILE)?;
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_the_limit_is_refused_without_being_read() {
        let path = std::env::temp_dir().join(format!("plumb-limit-{}", std::process::id()));
        // Sparse: reading it would take memory, refusing it takes none.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let error = read_text(&path).unwrap_err().to_string();
        assert_eq!(error, "it is larger than 256 MiB, which is the limit");
        File::create(&path).unwrap().set_len(3).unwrap();
        assert_eq!(read(File::open(&path).unwrap(), 3).unwrap(), [0, 0, 0]);
        assert!(read(File::open(&path).unwrap(), 2).is_err());
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_device_without_an_end_is_refused_at_the_limit() {
        assert!(read(File::open("/dev/zero").unwrap(), 1 << 20).is_err());
    }
}
