//! A file for one test.

use std::path::PathBuf;

/// A file of this process and this test, which is gone at the end.
pub struct File(pub PathBuf);

impl File {
    pub fn new(name: &str) -> File {
        File(std::env::temp_dir().join(format!("chainrule-{}-{name}", std::process::id())))
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("a path")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
