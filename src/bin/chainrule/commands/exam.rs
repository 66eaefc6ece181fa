//! `chainrule lab --exam`: a folder in an exam room, from its beginning to what is handed in.
//!
//! What the page for administrators says of it holds here: this is for honest rooms. A learner is a
//! user of the machine, and whoever may start other programs can leave it.

use super::common::{Misuse, watch_interrupts};
use crate::compiler::crates::hex;
use crate::machine::exam::VARIABLE;
use anyhow::{Context, Result, anyhow};
use chainrule::display::say;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// In the folder: when it has begun, and what was handed in.
const RECORD: &str = "exam.json";
/// How long JupyterLab gets to end its kernels.
const GRACE: Duration = Duration::from_secs(20);
/// JupyterLab stores what is written every so many seconds, so that the end takes nothing away.
pub const SAVES_EVERY: u32 = 5;

/// JupyterLab without what leads out of the folder: other kernels, terminals, extensions.
const OPTIONS: [&str; 6] = [
    "--ServerApp.terminals_enabled=False",
    "--KernelSpecManager.allowed_kernelspecs=chainrule",
    "--KernelSpecManager.ensure_native_kernel=False",
    "--LabApp.extension_manager=readonly",
    // Sockets of kernels are files: others have none any more.
    "--KernelManager.transport=ipc",
    "--ContentsManager.allow_hidden=False",
];

/// An exam in a folder.
pub struct Exam {
    folder: PathBuf,
    record: Value,
    ends: SystemTime,
}

impl Exam {
    /// Begins one, or goes on with one whose time is not over.
    pub fn begin(folder: &Path, minutes: f64) -> Result<Exam> {
        let shown = folder.display();
        if !folder.is_dir() {
            let text = format!("--exam: there is no folder {shown} with the notebooks of an exam");
            return Err(Misuse(text).into());
        }
        if !(minutes > 0.0 && minutes.is_finite()) {
            return Err(Misuse("--minutes: expected is a number of minutes".to_owned()).into());
        }
        let path = folder.join(RECORD);
        let record = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .map_err(|_| anyhow!("{}: is not as it was written", path.display()))?,
            Err(_) => json!({"began": seconds(SystemTime::now()), "minutes": minutes}),
        };
        let began = record["began"].as_f64().unwrap_or(0.0);
        let minutes = record["minutes"].as_f64().unwrap_or(minutes);
        let after = Duration::try_from_secs_f64(began + 60.0 * minutes)
            .map_err(|_| anyhow!("{}: is not as it was written", path.display()))?;
        let exam = Exam {
            folder: folder.to_owned(),
            record,
            ends: UNIX_EPOCH + after,
        };
        if exam.record["handed in"].is_null() {
            exam.write()?;
        }
        Ok(exam)
    }

    /// Runs JupyterLab until the time is over or it is closed, and says what was handed in.
    pub fn hold(mut self, mut lab: Command) -> Result<ExitCode> {
        if !self.record["handed in"].is_null() {
            return self.compare();
        }
        let left = self.left().as_secs().div_ceil(60);
        println!(
            "{}",
            say(
                format!(
                    "The exam ends in {left} minutes. What is in the folder then is handed in."
                ),
                format!("考试将在 {left} 分钟后结束，届时文件夹中的内容即为答卷。")
            )
        );
        // The name of a socket must not be long, and that of a home folder may be.
        let sockets = tempfile::Builder::new().prefix("exam").tempdir()?;
        lab.args(OPTIONS)
            .env(VARIABLE, "1")
            .env("JUPYTER_RUNTIME_DIR", sockets.path());
        // Ctrl-C is for JupyterLab, which asks whether it was meant.
        let _pressed = watch_interrupts(|| {})?;
        let mut lab = lab.spawn().context("JupyterLab could not be started")?;
        while lab.try_wait()?.is_none() && !self.left().is_zero() {
            std::thread::sleep(self.left().min(Duration::from_millis(200)));
        }
        end(&mut lab)?;
        self.hand_in()
    }

    fn left(&self) -> Duration {
        self.ends
            .duration_since(SystemTime::now())
            .unwrap_or_default()
    }

    fn write(&self) -> Result<()> {
        let path = self.folder.join(RECORD);
        fs::write(&path, format!("{:#}\n", self.record))
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    fn hand_in(&mut self) -> Result<ExitCode> {
        let files = files(&self.folder)?;
        self.record["handed in"] = json!({
            "at": seconds(SystemTime::now()), "files": files, "hash": hash(&files),
        });
        self.write()?;
        say_hash(&hash(&files), files.len());
        Ok(ExitCode::SUCCESS)
    }

    /// What was handed in is not edited again, and whether it was shows.
    fn compare(&self) -> Result<ExitCode> {
        let now = files(&self.folder)?;
        let then = &self.record["handed in"]["hash"];
        if *then == hash(&now).as_str() {
            println!("{}", say("The exam is over.", "考试已结束。"));
            say_hash(&hash(&now), now.len());
            return Ok(ExitCode::SUCCESS);
        }
        Err(anyhow!(say(
            format!("the exam is over, and its files are not those that were handed in: {then}"),
            format!("考试已结束，而文件夹中的文件与交卷时不同：{then}")
        )))
    }
}

fn say_hash(hash: &str, count: usize) {
    println!(
        "{}",
        say(
            format!("Handed in: {count} files. Write this down: {hash}"),
            format!("已交卷：{count} 个文件。请记下校验码：{hash}")
        )
    );
}

fn end(lab: &mut Child) -> Result<()> {
    let asked = SystemTime::now();
    let _ = kill(Pid::from_raw(lab.id() as i32), Signal::SIGTERM);
    while lab.try_wait()?.is_none() {
        if asked.elapsed().unwrap_or(GRACE) >= GRACE {
            let _ = lab.kill();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn seconds(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as f64 / 1000.0
}

/// The files of a folder with what is in them, but for hidden ones and the record.
fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let (mut open, mut found) = (vec![folder.to_owned()], BTreeMap::new());
    while let Some(inner) = open.pop() {
        let failed = || format!("{} cannot be read", inner.display());
        for entry in fs::read_dir(&inner).with_context(failed)? {
            let entry = entry.with_context(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().with_context(failed)?);
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
            if entry.file_name().as_encoded_bytes().starts_with(b".") || name == RECORD {
                continue;
            }
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                let content = fs::read(&path).with_context(|| format!("{name} cannot be read"))?;
                found.insert(name.into_owned(), hex(content));
            }
        }
    }
    Ok(found)
}

/// That of the list that `sha256sum` prints, sorted by the names.
fn hash(files: &BTreeMap<String, String>) -> String {
    let list = files.iter().fold(String::new(), |mut list, (name, hash)| {
        let _ = writeln!(list, "{hash}  {name}");
        list
    });
    hex(list)
}
