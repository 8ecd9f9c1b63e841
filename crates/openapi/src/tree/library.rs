use super::{Doc, Node, RefError, place_in};
use crate::{Error, Files, Limits};
use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::HashMap,
};

/// The files of one description, read when a reference first names them and never moved afterwards.
pub(crate) struct Library<'f> {
    /// Slots are made up front, so that documents can be lent while others are added.
    docs: Vec<OnceCell<Box<Doc>>>,
    count: Cell<usize>,
    bytes: Cell<usize>,
    known: RefCell<HashMap<String, Result<usize, RefError>>>,
    files: RefCell<&'f mut dyn Files>,
    /// Where the root document is, for references from it: its path below the folder that [`Files`] reads from.
    base: String,
    limits: Limits,
}

impl<'f> Library<'f> {
    /// Reads the root document.
    pub(crate) fn new(
        name: &str,
        bytes: &[u8],
        files: &'f mut dyn Files,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut limits = limits.clone();
        limits.document_bytes = limits.document_bytes.min(1 << 30);
        limits.depth = limits.depth.min(256);
        let root = Doc::read("", 0, bytes, &limits)
            .map_err(|error| Error::at(name, error.message, place_in(bytes, error.offset)))?;
        // A file may refer back to the root document.
        let base = if name.contains("://") || name.starts_with('/') { "" } else { name };
        let known = HashMap::from([(base.trim_start_matches("./").to_owned(), Ok(0))]);
        let docs: Vec<OnceCell<Box<Doc>>> = (0..=limits.files).map(|_| OnceCell::new()).collect();
        let _ = docs[0].set(Box::new(root));
        Ok(Self {
            docs,
            count: Cell::new(1),
            bytes: Cell::new(bytes.len()),
            known: RefCell::new(known),
            files: RefCell::new(files),
            base: base.to_owned(),
            limits,
        })
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.doc(0).root()
    }

    pub(crate) fn doc(&self, index: usize) -> &Doc {
        self.docs[index].get().expect("documents are numbered as they are put in")
    }

    /// What references in `doc` are relative to.
    pub(super) fn base_of<'t>(&'t self, doc: &'t Doc) -> &'t str {
        if doc.index == 0 { &self.base } else { &doc.name }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The document at a path below the root document's folder.
    pub(super) fn open(&self, path: &str) -> Result<&Doc, RefError> {
        if let Some(known) = self.known.borrow().get(path) {
            return known.clone().map(|index| self.doc(index));
        }
        let read = self.read(path);
        self.known.borrow_mut().insert(path.to_owned(), read.clone());
        read.map(|index| self.doc(index))
    }

    fn read(&self, path: &str) -> Result<usize, RefError> {
        let index = self.count.get();
        let Some(slot) = self.docs.get(index) else {
            let reason =
                format!("the description has more than {} files (files)", self.limits.files);
            return Err(RefError::new(reason, "bundle the description into fewer files"));
        };
        let bytes = self.bytes_of(path)?;
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let doc = Doc::read(path, number, &bytes, &self.limits).map_err(|error| {
            let (line, column) = place_in(&bytes, error.offset);
            RefError::new(
                format!("{path}:{line}:{column}: {}", error.message),
                format!("correct {path}"),
            )
        })?;
        let _ = slot.set(Box::new(doc));
        self.count.set(index + 1);
        Ok(index)
    }

    pub(super) fn read_text(&self, path: &str) -> Result<String, RefError> {
        let bytes = self.bytes_of(path)?;
        String::from_utf8(bytes).map_err(|_| {
            RefError::new(format!("{path} is not UTF-8"), format!("save {path} as UTF-8"))
        })
    }

    fn bytes_of(&self, path: &str) -> Result<Vec<u8>, RefError> {
        let bytes = self.files.borrow_mut().read(path).map_err(|error| {
            RefError::new(
                format!("{path} cannot be read: {error}"),
                format!("put {path} beside the root document"),
            )
        })?;
        let total = self.bytes.get().saturating_add(bytes.len());
        if total > self.limits.total_bytes {
            let limit = self.limits.total_bytes;
            let reason =
                format!("the files of the description have more than {limit} bytes (total_bytes)");
            return Err(RefError::new(reason, "import it in parts"));
        }
        self.bytes.set(total);
        Ok(bytes)
    }
}
