//! `chainrule course`: for those who teach with the course, and those who write it.

use super::common::Misuse;
use crate::course::edition::Edition;
use crate::course::{
    Cell, Chapter, Source, book, cell_parts, edition, import, measure, notebooks, page, report,
};
use crate::notebook::{Notebook, has_tag, source_text};
use anyhow::{Context, Result, anyhow, bail};
use chainrule::display::{Language, say};
use clap::{Args, Subcommand};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

#[derive(Args)]
pub struct Course {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Write the notebooks of each chapter, in both languages, from its one source
    Build {
        /// The folder with the sources; the notebooks go to en/ and zh/ beside it [default:
        /// notebooks/course; of an edition the course that is built in]
        sources: Option<PathBuf>,
        /// Write nothing; fail if a notebook is not as it would be built
        #[arg(long)]
        check: bool,
        /// Another edition than that for learners
        #[arg(long, requires = "output", conflicts_with = "check")]
        edition: Option<Edition>,
        /// A new folder for the edition, which goes into en/ and zh/
        #[arg(long, value_name = "DIR", requires = "edition")]
        output: Option<PathBuf>,
    },
    /// Take what was edited in a notebook back into the source of its chapter
    Import {
        /// A notebook that was built
        notebook: PathBuf,
        /// The source [default: ../course/ beside the notebook's folder]
        #[arg(long, value_name = "FILE")]
        source: Option<PathBuf>,
    },
    /// Write down what learners have done, from the notebooks that they have handed in: each
    /// exercise, prediction and hint
    Report {
        /// The notebooks, with what their cells have shown
        #[arg(required = true)]
        notebooks: Vec<PathBuf>,
        /// Where it goes: NAME.csv for a spreadsheet, NAME.html to look at
        #[arg(long, value_name = "NAME", default_value = "report")]
        output: PathBuf,
    },
    /// Run chapters with other random numbers than those they show, and print how near each of
    /// their claims comes to its threshold
    Measure {
        /// The notebooks to run
        #[arg(required = true)]
        notebooks: Vec<PathBuf>,
        /// How many times; the first run has the numbers of the text
        #[arg(long, value_name = "N", default_value_t = 5)]
        #[arg(value_parser = clap::value_parser!(u64).range(1..))]
        seeds: u64,
    },
    /// Write the course as a site to read, without a network or a kernel: a page a chapter, with
    /// what its cells have shown. Open index.html in the folder, or put the folder on a web server
    Book {
        /// The notebooks; those whose cells have not been run are run [default: the course]
        notebooks: Vec<PathBuf>,
        /// Which of them: en, zh or both
        #[arg(long, default_value = "both", value_parser = ["en", "zh", "both"])]
        language: String,
        /// Where it goes, into en/ and zh/
        #[arg(long, value_name = "DIR", default_value = "book")]
        output: PathBuf,
    },
    /// Print what a test of a chapter needs: its cells with edits, solutions and known mistakes
    #[command(hide = true)]
    Parts { source: PathBuf, language: String },
}

impl Course {
    pub fn run(self) -> Result<ExitCode> {
        let misuse = |error: anyhow::Error| anyhow!(Misuse(format!("{error:#}")));
        match self.what {
            What::Build {
                sources,
                edition: Some(edition),
                output: Some(folder),
                ..
            } => write_edition(edition, &folder, sources).map_err(misuse),
            What::Build { sources, check, .. } => {
                let sources = sources.unwrap_or_else(|| PathBuf::from("notebooks/course"));
                build(&sources, check).map_err(misuse)
            }
            What::Import { notebook, source } => take(&notebook, source).map_err(misuse),
            What::Report { notebooks, output } => write_report(&notebooks, &output),
            What::Measure { notebooks, seeds } => measure(&notebooks, seeds),
            What::Book {
                notebooks,
                language,
                output,
            } => write_book(notebooks, &language, &output),
            What::Parts { source, language } => {
                let language = Language::named(&language).unwrap_or(Language::English);
                println!(
                    "{}",
                    cell_parts(&Source::read(&source).map_err(misuse)?, language)
                );
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn build(sources: &Path, check: bool) -> Result<ExitCode> {
    let target = sources.join("..");
    let built = notebooks(sources, &target)?;
    let mut others = 0;
    for (path, text) in &built {
        let is_same = fs::read_to_string(path).is_ok_and(|before| before == *text);
        others += usize::from(!is_same);
        let shown = path.display();
        match (is_same, check) {
            (true, _) => {}
            (false, true) => eprintln!("{shown}: is not what its source builds"),
            (false, false) => {
                let folder = path.parent().unwrap_or(path);
                fs::create_dir_all(folder)
                    .and_then(|()| fs::write(path, text))
                    .with_context(|| format!("{shown}: cannot be written"))?;
                println!("Wrote {shown}");
            }
        }
    }
    println!("{} files, {others} of them not as they were", built.len());
    Ok(if check && others > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn write_edition(edition: Edition, folder: &Path, sources: Option<PathBuf>) -> Result<ExitCode> {
    let count = match sources {
        Some(sources) => edition::write(&sources, folder, edition)?,
        None => {
            let carried = crate::course::sources()?;
            edition::write(&carried.path().join("course"), folder, edition)?
        }
    };
    println!("Wrote {count} notebooks to {}", folder.display());
    Ok(ExitCode::SUCCESS)
}

fn take(path: &Path, source: Option<PathBuf>) -> Result<ExitCode> {
    let mut notebook = Notebook::read(path)?;
    let made_of = notebook.metadata()["chainrule"].clone();
    let name = made_of["source"].as_str().map(str::to_owned);
    let language = made_of["language"].as_str().and_then(Language::named);
    let (name, language) = name
        .zip(language)
        .with_context(|| format!("{}: was not built from a source", path.display()))?;
    let beside = path.parent().unwrap_or(path).join("../course").join(name);
    let source = Source::read(&source.unwrap_or(beside))?;
    let cell = |cell: &serde_json::Value| Cell {
        id: cell["id"].as_str().unwrap_or_default().to_owned(),
        text: source_text(cell).unwrap_or_default(),
        code: (cell["cell_type"] == "code").then(Vec::new),
    };
    let cells: Vec<Cell> = notebook.cells().iter().map(cell).collect();
    let (text, notes) = import(&source, &cells, language)?;
    let shown = source.path.display();
    fs::write(&source.path, text).with_context(|| format!("{shown}: cannot be written"))?;
    notes.iter().for_each(|note| println!("{note}"));
    println!("Wrote {shown}");
    Ok(ExitCode::SUCCESS)
}

/// The notebooks of the course in a folder, the page to start with before the chapters.
fn of_the_course(language: &str) -> Result<Vec<PathBuf>> {
    let folder = crate::course::folder()?.join(language);
    let entries = fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ipynb"))
        .collect();
    found.sort_by_key(|path| {
        (
            path.file_stem().is_none_or(|stem| stem != "START"),
            path.clone(),
        )
    });
    Ok(found)
}

/// All notebooks are read before the first is run; one that fails ends it, and nothing is written.
fn write_book(mut paths: Vec<PathBuf>, language: &str, output: &Path) -> Result<ExitCode> {
    let misuse = |error: anyhow::Error| Misuse(format!("{error:#}"));
    book::check_target(output).map_err(misuse)?;
    if paths.is_empty() {
        for code in ["en", "zh"] {
            paths.extend(of_the_course(code)?);
        }
    }
    let mut chapters = Vec::new();
    let mut not_run: Vec<(usize, Language)> = Vec::new();
    for path in &paths {
        let mut notebook = Notebook::read(path).map_err(misuse)?;
        let chapter = chapter(path, &mut notebook)?;
        if language != "both" && chapter.language.code() != language {
            continue;
        }
        if !was_run(&mut notebook) {
            not_run.push((chapters.len(), chapter.language));
        }
        chapters.push(chapter);
    }
    if chapters.is_empty() {
        return Err(misuse(anyhow!("there are no notebooks in {language}")).into());
    }
    for (place, language) in not_run {
        chapters[place] = run(&chapters[place].path, language)?;
    }
    book::write(&chapters, output)?;
    println!("Wrote {}", output.join("index.html").display());
    Ok(ExitCode::SUCCESS)
}

fn chapter(path: &Path, notebook: &mut Notebook) -> Result<Chapter> {
    let metadata = notebook.metadata().clone();
    Chapter::new(path, &metadata, notebook.cells())
}

fn was_run(notebook: &mut Notebook) -> bool {
    let mut cells = notebook.cells().iter();
    cells.any(|cell| cell["execution_count"].is_number())
}

/// The page of a notebook that is run for it. What whoever makes the book has solved is not shown.
fn run(path: &Path, language: Language) -> Result<Chapter> {
    let progress = tempfile::tempdir()?;
    let mut ran = ran(path, |command| {
        command
            .args(["--language", language.code()])
            .env("XDG_DATA_HOME", progress.path());
    })?;
    chapter(path, &mut ran)
}

/// A notebook as `chainrule run` leaves it, in a process of its own: a process has one language,
/// and one family of random numbers.
fn ran(path: &Path, set: impl FnOnce(&mut Command)) -> Result<Notebook> {
    let folder = tempfile::tempdir().context("a folder for the notebook that is run")?;
    let mut command = Command::new(std::env::current_exe().context("this program's own path")?);
    command
        .args(["run", "--quiet", "--output"])
        .arg(folder.path());
    set(&mut command);
    let shown = path.display();
    if !command.arg(path).stdout(Stdio::null()).status()?.success() {
        bail!("{shown}: could not be run to its end; nothing is written");
    }
    Notebook::read(&folder.path().join(path.file_name().unwrap_or_default()))
}

/// What cannot be read is said, here and on the page, and keeps nobody from seeing the rest.
fn write_report(paths: &[PathBuf], output: &Path) -> Result<ExitCode> {
    let (mut handed_in, mut unread) = (Vec::new(), Vec::new());
    for (name, path) in report::names(paths).into_iter().zip(paths) {
        match Notebook::read(path) {
            Ok(mut notebook) => handed_in.push((name, path.clone(), notebook.cells().clone())),
            Err(error) => unread.push(format!("{error:#}")),
        }
    }
    let learners = report::gather(&handed_in);
    for (ending, text) in [
        ("csv", report::csv(&learners)),
        ("html", page(&learners, &unread)),
    ] {
        let mut path = output.as_os_str().to_owned();
        path.push(format!(".{ending}"));
        let path = PathBuf::from(path);
        fs::write(&path, text)
            .map_err(|error| Misuse(format!("{}: cannot be written: {error}", path.display())))?;
        println!("Wrote {}", path.display());
    }
    unread.iter().for_each(|line| eprintln!("{line}"));
    let (read, count) = (handed_in.len(), learners.len());
    println!(
        "{}",
        say(
            format!("{read} notebooks of {count} learners"),
            format!("{count} 名学生的 {read} 个笔记本")
        )
    );
    Ok(if unread.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// In these runs what is claimed need not hold.
fn measure(notebooks: &[PathBuf], seeds: u64) -> Result<ExitCode> {
    let mut all_hold = true;
    for path in notebooks {
        Notebook::read(path).map_err(|error| Misuse(error.to_string()))?;
    }
    for path in notebooks {
        let (mut measured, mut failed) = (Vec::new(), Vec::new());
        for seed in 0..seeds {
            // A cell that fails does not end it: others may claim more.
            let mut ran = ran(path, |command| {
                command
                    .args(["--allow-errors", "--course", "soft"])
                    .env("CHAINRULE_SEEDS", seed.to_string());
            })?;
            let cells = ran.cells();
            measure::add(&mut measured, cells);
            failed.extend(cells.iter().any(fails).then(|| seed.to_string()));
        }
        println!("{}: worst, median, what is claimed", path.display());
        for claim in &measured {
            let mark = if claim.holds() { ' ' } else { '✗' };
            let (worst, median) = (claim.worst(), claim.median());
            let (name, claimed) = (&claim.name, claim.claimed());
            println!("{mark} {worst:>12.4} {median:>12.4}   {claimed:<24} {name}");
        }
        if !failed.is_empty() {
            println!("✗ a cell failed in run {}", failed.join(", "));
        }
        all_hold &= failed.is_empty() && measured.iter().all(measure::Measured::holds);
    }
    Ok(if all_hold {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether a cell has failed that was not to fail.
fn fails(cell: &serde_json::Value) -> bool {
    let mut outputs = cell["outputs"].as_array().into_iter().flatten();
    outputs.any(|output| output["output_type"] == "error") && !has_tag(cell, "raises-exception")
}
