//! Keys and other secrets in files: 32 bytes in hex, readable by their owner only.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::{SecretKey, SecretKeyError};

/// Reads a key file. The inner error says that the file holds no key.
///
/// # Errors
/// When the file cannot be read.
pub fn read_key_file(path: &Path) -> io::Result<Result<SecretKey, SecretKeyError>> {
    let text = Zeroizing::new(std::fs::read(path)?);
    Ok(std::str::from_utf8(&text).map_err(|_| SecretKeyError).and_then(str::parse))
}

/// Makes a key file that only its owner can read.
///
/// # Errors
/// When the file exists already, so that no key is ever overwritten, or cannot be made.
pub fn write_key_file(path: &Path, key: &SecretKey) -> io::Result<()> {
    write_secret_file(path, &key.to_hex())
}

/// Makes a file of one line that only its owner can read (mode 0600). It appears whole or not at all, whenever we are
/// stopped.
///
/// # Errors
/// When the file exists already, or cannot be made.
pub fn write_secret_file(path: &Path, line: &str) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Its mode is 0600 from the beginning.
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(line.as_bytes())?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    File::open(directory)?.sync_all()
}
