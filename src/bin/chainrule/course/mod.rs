//! The chapters of the course, which the executable carries; and how a chapter that has one source
//! in two languages is built (`build`; for teachers and classes `edition`) from it (`source`; what
//! is in both languages there `choices`), and edited (`import`); all of them on the page to start
//! with (`gallery`), and their terms in a table (`glossary`); what a class has made of them
//! (`report`), and how a teacher sees it (`page`); what they claim, with other random numbers
//! (`measure`); all of them, once they were run, as a site to read (`book`, a page of it
//! `chapter`).

pub mod book;
mod bring;
mod build;
mod chapter;
mod choices;
pub mod edition;
mod gallery;
mod glossary;
mod import;
pub mod measure;
mod page;
pub mod report;
mod source;

pub use build::{Cell, notebooks, parts as cell_parts};
pub use chapter::Chapter;
pub use import::import;
pub use page::page;
pub use source::Source;

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};

pub static NOTEBOOKS: Dir = include_dir!("$CARGO_MANIFEST_DIR/notebooks");

/// The code of all cells of the course.
pub fn code() -> Vec<String> {
    let mut cells = Vec::new();
    collect(&NOTEBOOKS, &mut cells);
    cells
}

fn collect(folder: &Dir, cells: &mut Vec<String>) {
    folder.dirs().for_each(|inner| collect(inner, cells));
    let notebooks = folder.files().filter(|file| {
        file.path()
            .extension()
            .is_some_and(|ending| ending == "ipynb")
    });
    for notebook in notebooks
        .filter_map(|file| serde_json::from_slice::<serde_json::Value>(file.contents()).ok())
    {
        for cell in notebook["cells"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|cell| cell["cell_type"] == "code")
        {
            cells.push(chapter::text(&cell["source"]));
        }
    }
}

/// The course as a folder that the learner may write in: the one here, or a copy in the home
/// folder. What a learner has changed is left as it is.
pub fn folder() -> Result<PathBuf> {
    let here = Path::new("notebooks");
    if here.join("en").is_dir() {
        return Ok(here.to_owned());
    }
    let folder = std::env::home_dir()
        .context("there is no home folder")?
        .join("chainrule-course");
    write(&folder)?;
    Ok(folder)
}

/// The sources of the course, beside the folders of its pictures, in a folder for the time being.
pub fn sources() -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    NOTEBOOKS.extract(folder.path())?;
    Ok(folder)
}

/// Writes the course into a folder.
pub fn write(folder: &Path) -> Result<()> {
    bring::bring(&NOTEBOOKS, folder)
}
