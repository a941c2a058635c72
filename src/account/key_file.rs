//! Keys in files: 32 bytes in hex, readable by their owner only.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

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

/// Makes a key file that only its owner can read (mode 0600), and waits until it is on the disk.
///
/// # Errors
/// When the file exists already, so that no key is ever overwritten, or cannot be made.
pub fn write_key_file(path: &Path, key: &SecretKey) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(key.to_hex().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}
