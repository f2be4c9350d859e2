//! One serving process for each SQLite file (L3).
//!
//! Short commands may run beside it: they wait for the writer. On PostgreSQL any number of servers
//! may run, so there is nothing to lock.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use crate::error::{Error, Result, UserErrorCode};

/// Held while the process serves; given back when it ends, however it ends.
#[derive(Debug)]
pub struct ServingLock {
    _file: Option<File>,
}

/// Another server holds the lock.
#[derive(Debug)]
pub struct Taken(PathBuf);

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is locked", self.0.display())
    }
}

impl std::error::Error for Taken {}

/// Takes the lock that stands beside the file of `database_url`.
///
/// # Errors
/// With [`Taken`] as its cause if another process serves the file; those of the file system.
pub fn take(database_url: &str) -> Result<ServingLock> {
    let Some(mut path) = crate::db::file_of(database_url) else {
        return Ok(ServingLock { _file: None });
    };
    path.as_mut_os_string().push(".lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(Error::internal)?;
    match file.try_lock() {
        Ok(()) => Ok(ServingLock { _file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(Error::from(UserErrorCode::Invalid)
            .detail(
                format!("另一个 icuops 正在使用此数据库：{}", path.display()),
                format!(
                    "another icuops is serving this database: {}",
                    path.display()
                ),
            )
            .caused_by(Taken(path))),
        Err(TryLockError::Error(error)) => Err(Error::internal(error)),
    }
}

/// Whether an error says that another server is running.
#[must_use]
pub fn is_taken(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<Taken>())
}
