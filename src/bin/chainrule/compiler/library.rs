//! The library, compiled once for a compiler and kept where every session finds it.
//!
//! ```text
//! <cache>/chainrule/<key>/library/      our sources, as a package of their own (a dylib)
//!                         build/        a session's folder in which cargo has built that package
//!                         facade/       what rust-analyzer reads of it
//!                         facade-with-crates/   the same, naming the crates in its signatures
//!                         std/          what it reads of std
//!                         template/     a session's folder, the facades in place of the library
//!                         home          where cargo kept what it fetched
//!                         parts         what all this consists of, file by file
//!                         ready         written last
//! ```
//!
//! The first facade needs no crate: with it a cell is compiled with what is in this folder and the
//! compiler alone, also where cargo has fetched nothing (another user, a cleaned `~/.cargo`). The
//! other facade takes its place where cargo has the crates that it names, and once a cell asks for
//! a crate: `ndarray` shall be the library's own.
//!
//! A folder of the system can hold the same, for all users of a machine; it is looked at first.
//!
//! The key stands for everything that decides what comes out: the sources, the compiler, the flags.
//! Other keys' folders belong to other versions; those used last are kept.

use super::manifest::{
    Crates, MANIFEST, keep_dependencies, library_manifest, tree, with_exact_versions,
};
use super::places::{CARGO_CONFIG, system_cache};
use super::stand_in::cargo;
use super::toolchain::{Toolchain, cargo_home};
use super::{facade, parts};
use crate::machine::ownership;
use anyhow::{Context, Result};
use chainrule::display::say;
use include_dir::{Dir, DirEntry, include_dir};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

pub use super::places::{cache_folder, system_folders};

static SOURCES: Dir = include_dir!("$CARGO_MANIFEST_DIR/src");
const LOCK: &str = include_str!("../../../../Cargo.lock");
/// How facades are made.
const PATHS: &str = include_str!("public_paths.rs");
const FACADES: &str = include_str!("facade.rs");

/// How the folder is laid out: with another number it is another folder.
const LAYOUT: &str = "5";

/// Where cargo kept what it fetched when the library was prepared.
const HOME: &str = "home";

/// In what form a session's Cargo.toml names the library.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum Form {
    /// As it is compiled.
    Library,
    /// As rust-analyzer reads it, without any other crate.
    Facade,
    /// The same, with the crates that its signatures name.
    FacadeWithCrates,
}

impl Form {
    fn folder(self) -> &'static str {
        match self {
            Form::Library => "library",
            Form::Facade => "facade",
            Form::FacadeWithCrates => "facade-with-crates",
        }
    }
}

/// How many versions of the library are kept.
const KEPT: usize = 4;

/// What a session starts with. `print!` and `dbg!` need names of their own: from a glob they would
/// be ambiguous. A name that the learner has from a glob, too, is an error that
/// `evaluator/changes/obstacles.rs` mends; rustc would take the library's. The traits keep
/// their methods when a learner takes their names.
pub const PRELUDE: &str = "#![deny(ambiguous_glob_imports)]\nuse chainrule::prelude::*;\n\
     use chainrule::print_at_once as print;\nuse chainrule::dbg_in_cell as dbg;\n\
     use chainrule::prelude::{CellDisplay as _, Loss as _, Metric as _, Module as _, \
     Optimizer as _, Show as _};";

/// A folder in which the library is ready to be linked to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Library {
    folder: PathBuf,
}

impl Library {
    /// Where the library for this compiler belongs. It may not be ready.
    pub fn locate(toolchain: &Toolchain) -> Result<Library> {
        let key = key(toolchain);
        let own = Library {
            folder: cache_folder()?.join(&key),
        };
        let shared = system_folders().into_iter().map(|folder| Library {
            folder: folder.join(&key),
        });
        let is_good =
            |one: &Library| one.is_ready() && one.is_safe() && !own.has_found_damaged(one);
        Ok(shared.into_iter().find(is_good).unwrap_or(own))
    }

    /// Where the library for this compiler belongs in a folder of the system.
    pub fn in_system(toolchain: &Toolchain, folder: &Path) -> Result<Library> {
        Ok(Library {
            folder: system_cache(folder)?.join(key(toolchain)),
        })
    }

    /// What stands for the sources, the compiler and the flags.
    pub fn key(&self) -> String {
        self.folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }

    /// Whether only this user or the system could have written it.
    fn is_safe(&self) -> bool {
        let folders = [self.folder.join("library"), self.template()];
        folders
            .iter()
            .all(|folder| ownership::open_to_others(folder).is_none())
    }

    /// Whether it was compiled completely, and nothing of it was lost or cut short since.
    pub fn is_ready(&self) -> bool {
        self.folder.join("ready").is_file() && parts::are_whole(&self.folder)
    }

    /// Whether cargo keeps what it fetches where it did when the library was prepared. Elsewhere it
    /// would compile the crates that the library names once more for every session.
    pub fn is_at_home(&self) -> bool {
        fs::read(self.folder.join(HOME)).is_ok_and(|noted| noted == home().as_encoded_bytes())
    }

    /// The folders that a session needs something of.
    fn needed(&self) -> [PathBuf; 7] {
        let forms =
            [Form::Facade, Form::FacadeWithCrates].map(|form| self.folder.join(form.folder()));
        let [facade, with_crates] = forms;
        [
            facade,
            with_crates,
            self.build().join("target"),
            self.template().join("target"),
            self.standard(),
            self.build().join(cargo::CALL),
            self.template().join(cargo::CALL),
        ]
    }

    /// Makes the library ready by calling `build` with the template's folder, unless another
    /// process did so meanwhile.
    pub fn prepare(&self, build: impl FnOnce(&Library) -> Result<()>) -> Result<()> {
        fs::create_dir_all(&self.folder)
            .with_context(|| format!("cannot create {}", self.folder.display()))?;
        let lock = fs::File::create(self.folder.join("lock"))?;
        lock.lock()?;
        if self.is_ready() {
            return Ok(());
        }
        self.discard();
        self.write_sources()?;
        build(self)?;
        self.remove_notes_of_rustc();
        parts::note(&self.folder, &self.needed())?;
        fs::write(self.folder.join(HOME), home().as_encoded_bytes())?;
        fs::write(self.folder.join("ready"), "")?;
        self.remove_old();
        Ok(())
    }

    /// What rustc keeps to compile the library a second time is as large as all the rest.
    fn remove_notes_of_rustc(&self) {
        for target in [self.build(), self.template()].map(|folder| folder.join("target")) {
            let hosts = fs::read_dir(&target).into_iter().flatten().flatten();
            let folders = hosts.map(|host| host.path().join("debug/incremental"));
            for folder in folders.chain([target.join("debug/incremental")]) {
                let _ = fs::remove_dir_all(folder);
            }
        }
    }

    /// Removes the libraries of versions that have not been used for long; a kernel that still runs
    /// may need a recent one.
    fn remove_old(&self) {
        let siblings = self
            .folder
            .parent()
            .and_then(|cache| fs::read_dir(cache).ok());
        let last_use = |folder: &Path| {
            fs::metadata(folder.join("ready"))
                .and_then(|file| file.modified())
                .ok()
        };
        let mut libraries: Vec<_> = siblings
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter_map(|folder| Some((last_use(&folder)?, folder)))
            .collect();
        libraries.sort();
        libraries.reverse();
        for (_, folder) in libraries.into_iter().skip(KEPT) {
            let _ = fs::remove_dir_all(folder);
        }
    }

    /// Has the next session prepare it anew.
    pub fn discard(&self) {
        let _ = fs::remove_file(self.folder.join("ready"));
    }

    /// Looks whether a file of it is not what it was. If so the next session has another one, even
    /// if this one is the system's.
    pub fn is_damaged(&self) -> bool {
        let Some(file) = parts::damaged(&self.folder) else {
            return false;
        };
        eprintln!(
            "chainrule: the prepared library is damaged: {}",
            file.display()
        );
        self.discard();
        if let (true, Ok(cache)) = (self.folder.join("ready").exists(), cache_folder()) {
            let _ = fs::write(cache.join(self.note()), self.folder.as_os_str().as_bytes());
        }
        true
    }

    /// What a learner hears where rustc cannot read it.
    pub fn unreadable(&self) -> String {
        let folder = self.folder.display();
        if !self.is_damaged() {
            return say(
                format!(
                    "rustc cannot read the prepared library in {folder}; type: chainrule doctor"
                ),
                format!("rustc 读不了 {folder} 中准备好的库；请在终端输入：chainrule doctor"),
            );
        }
        say(
            format!(
                "a file of the prepared library in {folder} is damaged. Restart the kernel: it \
                 prepares the library anew, which takes one to four minutes"
            ),
            format!(
                "{folder} 中准备好的库有文件损坏。请重启内核：内核会重新准备这个库，需要一到四分钟"
            ),
        )
    }

    /// Whether this user has found damaged what an administrator has not prepared anew since.
    fn has_found_damaged(&self, shared: &Library) -> bool {
        let time = |file: PathBuf| fs::metadata(file).and_then(|file| file.modified()).ok();
        let noted = self.folder.with_file_name(self.note());
        fs::read(&noted).is_ok_and(|text| text == shared.folder.as_os_str().as_bytes())
            && time(noted) > time(shared.folder.join("ready"))
    }

    fn note(&self) -> String {
        format!("damaged-{}", self.key())
    }

    /// Notes that a session uses the library.
    pub fn touch(&self) {
        let _ = fs::write(self.folder.join("ready"), "");
    }

    /// What the Cargo.toml of a session needs to name the library.
    pub fn dependency(&self, form: Form) -> String {
        format!(
            "chainrule = {{ path = {:?}, default-features = false }}",
            self.folder.join(form.folder())
        )
    }

    /// The folder in which the library itself is built.
    pub fn build(&self) -> PathBuf {
        self.folder.join("build")
    }

    /// The folder whose target folder sessions start from.
    pub fn template(&self) -> PathBuf {
        self.folder.join("template")
    }

    /// The folder with what rust-analyzer reads of std.
    pub fn standard(&self) -> PathBuf {
        self.folder.join("std")
    }

    /// By which paths cells name types.
    pub fn public_paths(&self) -> PathBuf {
        self.standard().join("public-paths.json")
    }

    /// The folder with the library as it was compiled.
    pub fn compiled(&self, host: &str) -> PathBuf {
        self.build().join("target").join(host).join("debug/deps")
    }

    fn write_sources(&self) -> Result<()> {
        let forms = [Form::Library, Form::Facade, Form::FacadeWithCrates];
        let [library, facade, with_crates] = forms.map(|form| self.folder.join(form.folder()));
        for folder in [
            &library,
            &facade,
            &with_crates,
            &self.build(),
            &self.template(),
            &self.standard(),
        ] {
            if folder.exists() {
                fs::remove_dir_all(folder)?; // what an interrupted preparation left
            }
            fs::create_dir_all(folder)?;
        }
        for file in library_files(&SOURCES) {
            let signatures = file.contents_utf8().map(facade::facade).unwrap_or_default();
            write_source(&library, file.path(), file.contents())?;
            write_source(&facade, file.path(), signatures.as_bytes())?;
            write_source(&with_crates, file.path(), signatures.as_bytes())?;
        }
        let manifest = library_manifest()?;
        write_package(&library, &manifest)?;
        let everything = tree(&library)?;
        write_package(
            &library,
            &with_exact_versions(manifest.clone(), &everything, None)?,
        )?;
        let mut slim = manifest;
        keep_dependencies(&mut slim, &[]);
        write_package(&facade, &slim)?;
        fs::remove_file(facade.join("Cargo.lock"))?; // it names crates that nobody needs
        let mut slim = library_manifest()?;
        keep_dependencies(&mut slim, facade::DEPENDENCIES);
        write_package(&with_crates, &slim)?;
        // With the features that they have in the library, cargo takes them for the same crates: an
        // array of a cell that uses ndarray is one that the library knows. A feature can bring
        // another crate, which has features, too.
        let mut needed = Crates::new();
        loop {
            let found = tree(&with_crates)?;
            if found.len() == needed.len() {
                return Ok(());
            }
            let exact = with_exact_versions(slim.clone(), &found, Some(&everything))?;
            write_package(&with_crates, &exact)?;
            needed = found;
        }
    }
}

/// Whether an error of rustc says that it cannot read what was compiled before.
pub fn is_of_damaged_file(error: &serde_json::Value) -> bool {
    error["code"]["code"] == "E0786"
}

fn home() -> OsString {
    cargo_home().unwrap_or_default().into_os_string()
}

fn write_source(package: &Path, path: &Path, content: &[u8]) -> Result<()> {
    let path = package.join("src").join(path);
    fs::create_dir_all(path.parent().unwrap_or(package))?;
    Ok(fs::write(path, content)?)
}

fn write_package(folder: &Path, manifest: &toml::Table) -> Result<()> {
    fs::write(folder.join("Cargo.toml"), manifest.to_string())?;
    Ok(fs::write(folder.join("Cargo.lock"), LOCK)?)
}

/// The library's files, with their paths in `src`.
pub fn sources() -> impl Iterator<Item = (String, &'static str)> {
    let files = library_files(&SOURCES).into_iter();
    files.filter_map(|file| Some((file.path().to_str()?.to_owned(), file.contents_utf8()?)))
}

/// What stands for the part of this program that decides what becomes of a cell.
pub fn evaluation_key() -> String {
    let parts = [
        "bin/chainrule/evaluator",
        "bin/chainrule/compiler",
        "bin/chainrule/worker",
    ];
    let mut hash = Sha256::new();
    for file in parts
        .iter()
        .filter_map(|part| SOURCES.get_dir(part))
        .flat_map(all_files)
    {
        hash.update(file.contents());
    }
    short(hash)
}

fn all_files(folder: &'static Dir) -> Vec<&'static include_dir::File<'static>> {
    let mut files: Vec<_> = folder.files().collect();
    files.extend(folder.dirs().flat_map(all_files));
    files
}

fn short(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn library_files(folder: &'static Dir) -> Vec<&'static include_dir::File<'static>> {
    let mut files = Vec::new();
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) if inner.path() != Path::new("bin") => {
                files.extend(library_files(inner))
            }
            DirEntry::File(file)
                if file
                    .path()
                    .extension()
                    .is_some_and(|extension| extension == "rs" || extension == "words") =>
            {
                files.push(file)
            }
            _ => {}
        }
    }
    files
}

fn key(toolchain: &Toolchain) -> String {
    let mut hash = Sha256::new();
    for file in library_files(&SOURCES) {
        hash.update(file.path().to_string_lossy().as_bytes());
        hash.update(file.contents());
    }
    for text in [
        LAYOUT,
        MANIFEST,
        LOCK,
        CARGO_CONFIG,
        FACADES,
        PATHS,
        &toolchain.version,
        &toolchain.sysroot.to_string_lossy(),
        // Once they are there, rust-analyzer shall read them.
        &toolchain.has_rust_src().to_string(),
    ] {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    short(hash)
}
