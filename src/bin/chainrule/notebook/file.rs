//! Reading, checking and writing `.ipynb` files (nbformat 4).

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A notebook for Rust.
pub struct Notebook {
    pub path: PathBuf,
    content: Value,
}

impl Notebook {
    /// Reads a file; the error says in one line why it is no notebook that we can run.
    pub fn read(path: &Path) -> Result<Notebook> {
        let shown = path.display();
        let text = fs::read_to_string(path)
            .map_err(|error| anyhow!("{shown}: cannot be read: {error}"))?;
        let content: Value = serde_json::from_str(&text)
            .map_err(|error| anyhow!("{shown}: is no notebook (no valid JSON: {error})"))?;
        if content["nbformat"].as_u64().is_none()
            || !content["cells"].is_array() && content["nbformat"] == 4
        {
            bail!("{shown}: is no notebook (it has no cells)");
        }
        if content["nbformat"] != 4 {
            bail!(
                "{shown}: has nbformat {}; open it in JupyterLab and save it, which makes it 4",
                content["nbformat"]
            );
        }
        for (number, cell) in content["cells"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            if !cell["cell_type"].is_string() || source_text(cell).is_none() {
                bail!(
                    "{shown}: is no valid notebook (cell {} has no type or no source)",
                    number + 1
                );
            }
        }
        let metadata = &content["metadata"];
        let language = [
            &metadata["kernelspec"]["language"],
            &metadata["language_info"]["name"],
        ];
        if let Some(language) = language.iter().find_map(|name| name.as_str())
            && !language.eq_ignore_ascii_case("rust")
        {
            bail!("{shown}: is a notebook for {language}, not for Rust");
        }
        Ok(Notebook {
            path: path.to_owned(),
            content,
        }
        .upgraded())
    }

    /// The cells.
    pub fn cells(&mut self) -> &mut Vec<Value> {
        match &mut self.content["cells"] {
            Value::Array(cells) => cells,
            _ => unreachable!("checked when the notebook was read"),
        }
    }

    /// The metadata of the whole.
    pub fn metadata(&self) -> &Value {
        &self.content["metadata"]
    }

    /// Notes the language, as a front end does when it has talked with the kernel.
    pub fn set_language(&mut self, language: Value) {
        self.content["metadata"]["language_info"] = language;
    }

    /// Writes the notebook as Jupyter does. The file is there whole or not at all; a link to one
    /// stays a link to it.
    pub fn write(&self, path: &Path) -> Result<()> {
        let real = path.canonicalize();
        let path = real.as_deref().unwrap_or(path);
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new()
            .permissions(permissions(path))
            .tempfile_in(folder)
            .with_context(|| format!("{}: cannot be written", path.display()))?;
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
        serde::Serialize::serialize(
            &self.content,
            &mut serde_json::Serializer::with_formatter(&mut file, formatter),
        )?;
        file.write_all(b"\n")?;
        file.persist(path)
            .with_context(|| format!("{}: cannot be written", path.display()))?;
        Ok(())
    }

    /// As nbformat 4.5: every cell has an id.
    fn upgraded(mut self) -> Notebook {
        if !self.content["metadata"].is_object() {
            self.content["metadata"] = json!({});
        }
        if self.content["nbformat_minor"].as_u64().unwrap_or(0) < 5 {
            self.content["nbformat_minor"] = json!(5);
            for cell in self.cells() {
                if let Value::Object(cell) = cell {
                    let id = uuid::Uuid::new_v4().simple().to_string();
                    cell.entry("id").or_insert_with(|| id[..8].into());
                }
            }
        }
        self
    }
}

/// The code of a cell, which is stored as one text or as a list of lines.
pub fn source_text(cell: &Value) -> Option<String> {
    match &cell["source"] {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Whether a cell has a tag such as `raises-exception`.
pub fn has_tag(cell: &Value, tag: &str) -> bool {
    cell["metadata"]["tags"]
        .as_array()
        .is_some_and(|tags| tags.iter().any(|known| known == tag))
}

/// Text as nbformat stores it: a list of lines, which version control can compare.
pub fn lines(text: &str) -> Value {
    text.split_inclusive('\n').map(Value::from).collect()
}

/// The content of outputs in the same way, but for JSON.
pub fn lines_of_data(data: &Map<String, Value>) -> Map<String, Value> {
    let store = |(mime, value): (&String, &Value)| match value {
        Value::String(text) if !mime.ends_with("json") && !mime.starts_with("image/png") => {
            (mime.clone(), lines(text))
        }
        other => (mime.clone(), other.clone()),
    };
    data.iter().map(store).collect()
}

/// Those of the file that is replaced, or the usual ones.
fn permissions(path: &Path) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).map_or_else(
        |_| fs::Permissions::from_mode(0o644),
        |file| file.permissions(),
    )
}
