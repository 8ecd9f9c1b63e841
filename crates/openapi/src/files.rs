/// Where the other files of a description come from.
///
/// `path` is relative to the same folder as the root document's own name (a bare file name means its own folder),
/// normalized, with `/` between its segments; it never starts with `/`, holds no `..` and no scheme: such references
/// are refused before they get here.
/// The implementation must still resolve symbolic links itself, and refuse those that lead out of the folder.
pub trait Files {
    /// The bytes of one file.
    ///
    /// # Errors
    ///
    /// [`FileError`] when there is no such file, or it may not be read.
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError>;
}

/// Why a file could not be had, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileError(pub String);

/// A description without other files: every reference to one is refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&mut self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError(
            "this description came alone; import it from a folder that holds its other files"
                .to_owned(),
        ))
    }
}
