//! Running a notebook from the first cell to the last.

use super::file::{Notebook, has_tag, source_text};
use super::outputs::Outputs;
use super::report::{CellReport, End, Why};
use super::terminal::{Terminal, print_error};
use crate::evaluator::{Evaluator, Failure, Interrupter, Output, Sink};
use crate::machine::STACK_OF_READERS;
use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What the command line asks for.
pub struct Options {
    pub output: Option<PathBuf>,
    pub in_place: bool,
    pub settings: Settings,
    pub allow_errors: bool,
    /// Whether what the cells show is printed.
    pub prints: bool,
    /// Where what was compiled is kept for all users, if it is for them.
    pub system: Option<PathBuf>,
}

/// What became of a notebook.
pub struct Ran {
    /// The text names the cell that has failed.
    pub result: Result<(), String>,
    pub cells: Vec<CellReport>,
}

/// Runs a notebook, and stores it with its outputs where the options say. `started` gets the
/// interrupter of the session.
pub fn run(
    notebook: &mut Notebook,
    options: &Options,
    started: &(dyn Fn(Interrupter) + Sync),
) -> Result<Ran> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("evaluator".to_owned())
            .stack_size(STACK_OF_READERS);
        let running = thread.spawn_scoped(scope, || run_cells(notebook, options, started))?;
        running
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn run_cells(
    notebook: &mut Notebook,
    options: &Options,
    started: &(dyn Fn(Interrupter) + Sync),
) -> Result<Ran> {
    let mut evaluator = start(notebook, options)?;
    started(evaluator.interrupter());
    let mut run = Run::of(notebook, options);
    let mut failed = Ok(());
    for (index, cell) in notebook.cells().iter_mut().enumerate() {
        if cell["cell_type"] == "code" {
            cell["outputs"] = json!([]);
            cell["execution_count"] = Value::Null;
        }
        if failed.is_ok() && is_run(cell) {
            failed = run.cell(&mut evaluator, index, cell);
        } else if is_run(cell) {
            run.count += 1;
            run.note(0.0, End::NotRun);
        }
    }
    // A last word of a thread may still change a display: the session ends before the outputs are
    // stored.
    drop(evaluator);
    for (index, cell) in notebook.cells().iter_mut().enumerate() {
        if cell["cell_type"] == "code" {
            cell["outputs"] = lock(&run.outputs).of(index);
        }
    }
    notebook.set_language(crate::jupyter::language_info());
    store(notebook, options, failed.is_ok())?;
    Ok(Ran {
        result: failed,
        cells: run.cells,
    })
}

/// A session in the notebook's folder.
fn start(notebook: &Notebook, options: &Options) -> Result<Evaluator> {
    let folder = match notebook.path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.canonicalize()?,
        _ => std::env::current_dir()?,
    };
    let settings = options.settings.clone();
    let notice = |notice: &str| eprint!("{notice}");
    match &options.system {
        Some(system) => Evaluator::start_for_all(&folder, system, settings, &notice),
        None => Evaluator::start(&folder, settings, &notice),
    }
}

/// A notebook while its cells are run.
struct Run<'a> {
    options: &'a Options,
    name: String,
    /// How many cells have been run, and how many there are to run.
    count: u32,
    total: usize,
    outputs: Arc<Mutex<Outputs>>,
    terminal: Option<Arc<Mutex<Terminal>>>,
    cells: Vec<CellReport>,
}

impl<'a> Run<'a> {
    fn of(notebook: &mut Notebook, options: &'a Options) -> Run<'a> {
        let name = notebook.path.file_name().unwrap_or_default();
        Run {
            options,
            name: name.to_string_lossy().into_owned(),
            count: 0,
            total: notebook.cells().iter().filter(|cell| is_run(cell)).count(),
            outputs: Arc::default(),
            terminal: options.prints.then(Arc::default),
            cells: Vec::new(),
        }
    }

    fn note(&mut self, seconds: f64, end: End) {
        self.cells.push(CellReport {
            number: self.count,
            seconds,
            end,
        });
    }

    /// Runs the cell at `index`. An error is one that may not be: no other cell is run after it.
    fn cell(
        &mut self,
        evaluator: &mut Evaluator,
        index: usize,
        cell: &mut Value,
    ) -> Result<(), String> {
        self.count += 1;
        cell["execution_count"] = json!(self.count);
        let code = source_text(cell).unwrap_or_default();
        let may_fail = has_tag(cell, "raises-exception") || self.options.allow_errors;
        lock(&self.outputs).begin(index);
        let start = Instant::now();
        let place = (index, &self.outputs);
        let result = execute(evaluator, self.count, &code, place, self.terminal.clone());
        if let Some(terminal) = &self.terminal {
            lock(terminal).end();
        }
        let verdict = match &result {
            Ok(()) => "ok",
            Err(_) if may_fail => "error, allowed",
            Err(_) => "FAILED",
        };
        let (name, count, total) = (self.name.clone(), self.count, self.total);
        let seconds = start.elapsed().as_secs_f64();
        println!("{name}  cell {count}/{total}  {seconds:.1} s  {verdict}");
        let Err(failure) = result else {
            self.note(seconds, End::Well);
            return Ok(());
        };
        let why = Why {
            name: failure.name.to_string(),
            message: failure.value.clone(),
            traceback: failure.traceback.join("\n"),
        };
        let end = if may_fail { End::Allowed } else { End::Failed };
        self.note(seconds, end(why));
        lock(&self.outputs).fail(index, &failure);
        if self.options.prints || !may_fail {
            print_error(&failure.traceback);
        }
        if may_fail {
            return Ok(());
        }
        let message = failure.value.lines().next().unwrap_or_default();
        Err(format!(
            "{name}: cell [{count}] failed: {}: {message}",
            failure.name
        ))
    }
}

fn execute(
    evaluator: &mut Evaluator,
    count: u32,
    code: &str,
    (index, outputs): (usize, &Arc<Mutex<Outputs>>),
    terminal: Option<Arc<Mutex<Terminal>>>,
) -> Result<(), Failure> {
    let (kept, answers) = (outputs.clone(), evaluator.answers());
    let sink: Sink = Arc::new(move |output| match output {
        Output::Question { .. } => answers.give(None),
        Output::Comm(act) if act.asks() => answers.give(None),
        Output::Comm(_) | Output::Payload(_) => {}
        output => {
            terminal
                .iter()
                .for_each(|terminal| lock(terminal).show(&output));
            lock(&kept).add(index, count, output);
        }
    });
    evaluator.execute(count, code, sink)
}

/// A failed run leaves the original as it is, whatever it is called by; a copy elsewhere is stored
/// with the error.
fn store(notebook: &Notebook, options: &Options, is_ok: bool) -> Result<()> {
    if let Some(output) = &options.output {
        let target = target(output, &notebook.path);
        if !is_ok && real(&target) == real(&notebook.path) {
            eprintln!(
                "{}: stays as it was, because a cell failed",
                target.display()
            );
            return Ok(());
        }
        return notebook.write(&target);
    }
    if options.in_place && is_ok {
        return notebook.write(&notebook.path);
    }
    Ok(())
}

fn target(output: &Path, notebook: &Path) -> PathBuf {
    match is_file(output) {
        true => output.to_owned(),
        false => output.join(notebook.file_name().unwrap_or_default()),
    }
}

/// Whether what is given to `--output` names a notebook and no folder.
fn is_file(output: &Path) -> bool {
    output.extension().is_some_and(|it| it == "ipynb") && !output.is_dir()
}

/// The file that a path leads to, through links.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

impl Options {
    /// Whether several notebooks would be stored under one name.
    pub fn check_names(&self, notebooks: &[PathBuf]) -> Result<()> {
        let Some(folder) = &self.output else {
            return Ok(());
        };
        if is_file(folder) && notebooks.len() > 1 {
            let (file, n) = (folder.display(), notebooks.len());
            bail!("{file} is one file, and there are {n} notebooks to store: name a folder");
        }
        for (place, path) in notebooks.iter().enumerate() {
            if let Some(other) = notebooks[..place]
                .iter()
                .find(|other| other.file_name() == path.file_name())
            {
                let (one, two) = (other.display(), path.display());
                bail!(
                    "{one} and {two} would both be stored as {}",
                    target(folder, path).display()
                );
            }
        }
        Ok(())
    }

    /// Whether what shall be written can be written, before hours are spent on it.
    pub fn check_target(&self, notebook: &Path) -> Result<()> {
        let folder = match (&self.output, self.in_place) {
            (Some(output), _) => {
                let folder = match is_file(output) {
                    true => output.parent().unwrap_or(output),
                    false => output,
                };
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("{}: cannot be made", folder.display()))?;
                folder.to_owned()
            }
            (None, true) => real(notebook)
                .parent()
                .map(Path::to_owned)
                .unwrap_or_default(),
            (None, false) => return Ok(()),
        };
        let folder = if folder.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            folder
        };
        tempfile::tempfile_in(&folder)
            .with_context(|| format!("{}: cannot be written to", folder.display()))?;
        Ok(())
    }
}

/// Code that is not tagged to be left out and not empty, which front ends do not run either.
fn is_run(cell: &Value) -> bool {
    cell["cell_type"] == "code"
        && !has_tag(cell, "skip-execution")
        && source_text(cell).is_some_and(|code| !code.trim().is_empty())
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
