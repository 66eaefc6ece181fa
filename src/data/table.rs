//! Tables in CSV files: which columns are numbers and which are words, and what is missing.

use super::Dataset;
use super::cells::{Cells, Column, Table, are_names_of_rows};
use super::cells::{commonest, different, middle, number, places};
use super::files::{read_as_text, wrong};
use super::formats::{is_page, not_of_its_kind};
use super::like::Like;
use super::said;
use crate::Float;
use crate::display::say;
use crate::tensor::Tensor;
use std::io::Result;

/// A table from a CSV file whose first line names the columns; `target` is the name of the column
/// to predict. `x` is `[n, columns]`: numbers as they are, a column of words as one column of 0 and
/// 1 for each word. `y` is `[n]`: the number of the class if the target is a word, or a whole
/// number as classes have it (0, 1, 2, …; not 100, 250, 15); else the value, `[n, 1]`. `columns`
/// says what the columns of `x` are called.
///
/// ```
/// # use chainrule::prelude::*;
/// # let path = std::env::temp_dir().join(format!("chainrule-{}.csv", std::process::id()));
/// # let path = path.to_str().unwrap();
/// std::fs::write(path, "height,colour,kind\n1.5,red,apple\n2.5,green,pear\n2.0,red,pear\n")?;
/// let fruit = data::read_csv(path, "kind")?;
/// assert_eq!(fruit.x.shape(), [3, 3]); // height, colour=green, colour=red
/// assert_eq!(fruit.classes, ["apple", "pear"]);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// A value that is missing (an empty cell, `?`, `NA`, `null`, …) is an error that names the lines;
/// [`csv`] says what to do with them.
pub fn read_csv(path: &str, target: &str) -> Result<Dataset> {
    csv(path).read(target)
}

/// A table in a CSV file, with a word on how to read it: what to do where a value is missing, for
/// one.
///
/// ```
/// # use chainrule::prelude::*;
/// # let path = std::env::temp_dir().join(format!("chainrule-missing-{}.csv", std::process::id()));
/// # let path = path.to_str().unwrap();
/// std::fs::write(path, "age,kind\n30,a\n?,b\n50,b\n")?;
/// assert!(data::read_csv(path, "kind").is_err()); // line 3 has no age
/// assert_eq!(data::csv(path).missing("mean").read("kind")?.x.to_vec(), [30.0, 40.0, 50.0]);
/// assert_eq!(data::csv(path).missing("drop").read("kind")?.len(), 2);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn csv(path: &str) -> Csv {
    let path = path.to_owned();
    Csv {
        path,
        missing: None,
        words: Vec::new(),
        names: Vec::new(),
        separator: None,
        like: None,
    }
}

/// How a table is read; see [`csv`]. It is read by [`read`](Csv::read).
#[derive(Clone, Debug)]
#[must_use = "the table is read by .read(\"the column to predict\")"]
pub struct Csv {
    pub(super) path: String,
    missing: Option<String>,
    pub(super) words: Vec<String>,
    names: Vec<String>,
    separator: Option<char>,
    like: Option<Like>,
}

impl Csv {
    /// What to do where a value is missing: `"mean"` or `"median"` puts that of its column there
    /// (of words, the commonest), `"drop"` leaves the row out. A row without a target is left out
    /// by each of them.
    pub fn missing(mut self, how: &str) -> Csv {
        self.missing = Some(how.to_owned());
        self
    }

    /// Takes what stands in a column as words, also numbers, and `?` or `NA`: each becomes a column
    /// of 0 and 1, or a class.
    pub fn words(mut self, column: &str) -> Csv {
        self.words.push(column.to_owned());
        self
    }

    /// The names of the columns, for a file that does not begin with them.
    pub fn names(mut self, names: &[&str]) -> Csv {
        self.names = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// What stands between two cells, if it is not the comma, semicolon or tab that the first line
    /// has most of.
    pub fn separator(mut self, separator: char) -> Csv {
        self.separator = Some(separator);
        self
    }

    /// Reads with the columns and classes that other data has, in its order: what a network learnt
    /// from one file it can be tested on with the other. A word that only this file has is 0 in all
    /// columns, with a line that says so; columns that only this file has are left out. Numbers
    /// stay as they are: [`standardised_like`](Dataset::standardised_like) is next.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let folder = std::env::temp_dir().join(format!("chainrule-like-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let (train_csv, test_csv) = (folder.join("train.csv"), folder.join("test.csv"));
    /// # let (train_csv, test_csv) = (train_csv.to_str().unwrap(), test_csv.to_str().unwrap());
    /// std::fs::write(train_csv, "colour,kind\nred,apple\ngreen,pear\n")?;
    /// std::fs::write(test_csv, "colour,kind\ngreen,pear\n")?; // red does not occur
    /// let train = data::read_csv(train_csv, "kind")?;
    /// let test = data::csv(test_csv).like(&train).read("kind")?;
    /// assert_eq!(test.columns, ["colour=green", "colour=red"]);
    /// assert_eq!((test.x.to_vec(), test.y.to_vec()), (vec![1.0, 0.0], vec![1.0]));
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn like(mut self, training: &Dataset) -> Csv {
        self.like = Some(Like::new(training));
        self
    }

    /// Reads the table; `target` is the name of the column to predict. What comes out is described
    /// at [`read_csv`].
    pub fn read(&self, target: &str) -> Result<Dataset> {
        if let Some(how) = self
            .missing
            .as_deref()
            .filter(|how| !["mean", "median", "drop"].contains(how))
        {
            return Err(wrong(&self.path, said::no_such_way(how)));
        }
        if self.like.as_ref().is_some_and(|like| !like.is_table()) {
            return Err(wrong(&self.path, said::like_no_table()));
        }
        let mut table = Table::read(self, target)?;
        let Some(place) = table
            .columns
            .iter()
            .position(|column| column.name == target)
        else {
            return Err(wrong(&self.path, self.no_column(target, &table)));
        };
        if table.columns.len() == 1 {
            return Err(wrong(&self.path, said::no_column_beside(target)));
        }
        let names = table.columns.iter().map(|column| column.name.as_str());
        if self.names.is_empty() && are_values(names.collect()) {
            said::warn_of_row_for_names(target);
        }
        if let Some(like) = &self.like {
            table
                .columns
                .retain(|column| column.name == target || like.is_used(&column.name));
        }
        let place = table
            .columns
            .iter()
            .position(|column| column.name == target)
            .unwrap_or(place);
        match &self.missing {
            None => table.refuse_missing(self, target)?,
            Some(how) => table.complete(how, place),
        }
        if table.lines.is_empty() {
            return Err(wrong(&self.path, said::no_row_left()));
        }
        let target = table.columns.remove(place);
        let (x, columns) = table.inputs(self)?;
        let data = match &self.like {
            Some(like) => like.targets(&self.path, &table, &target, x)?,
            None => target.targets(x),
        };
        Ok(Dataset { columns, ..data })
    }

    fn no_column(&self, target: &str, table: &Table) -> String {
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let has_values =
            self.names.is_empty() && names.iter().any(|name| number(name, false).is_some());
        said::no_column(target, &names, has_values)
    }
}

/// What the first line has most of; of what stands there equally often, the comma.
fn likely_separator(text: &str) -> char {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default();
    let count = |separator: &char| first.matches(*separator).count();
    // Of equal ones `max_by_key` takes the last.
    let most = ['|', ';', '\t', ','].into_iter().max_by_key(count);
    most.unwrap_or(',')
}

/// The text of the file, which is no page of the web.
fn table_text(path: &str) -> Result<String> {
    let text = read_as_text(path)?;
    if is_page(text.as_bytes()) {
        let missed = say("this is no table in CSV", "这不是 CSV 表格");
        return Err(wrong(path, not_of_its_kind(text.as_bytes(), missed)));
    }
    Ok(text)
}

/// Whether what should be the names of columns is rather a row of values. Names that are numbers
/// (years, pixels, wave lengths) rise from one to the next.
fn are_values(names: Vec<&str>) -> bool {
    let number = |name: &&str| name.parse::<f64>().ok().filter(|number| number.is_finite());
    let numbers: Vec<f64> = names.iter().filter_map(number).collect();
    let rise = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    match numbers.as_slice() {
        [] => false,
        [one] => one.fract() != 0.0 && names.len() == 2,
        _ => 2 * numbers.len() >= names.len() && !rise,
    }
}

impl Table {
    fn read(how: &Csv, target: &str) -> Result<Table> {
        let (path, text) = (how.path.as_str(), table_text(&how.path)?);
        let separator = how.separator.unwrap_or_else(|| likely_separator(&text));
        let Ok(byte) = u8::try_from(separator) else {
            return Err(wrong(path, said::no_separator(separator)));
        };
        let mut reader = ::csv::ReaderBuilder::new();
        reader
            .trim(::csv::Trim::All)
            .delimiter(byte)
            // Lines of another length have words of ours, below.
            .flexible(true)
            .has_headers(how.names.is_empty());
        let mut reader = reader.from_reader(text.as_bytes());
        let mut names = how.names.clone();
        if names.is_empty() {
            names = reader
                .headers()
                .map_err(|error| wrong(path, error))?
                .iter()
                .map(str::to_owned)
                .collect();
        }
        let (mut texts, mut lines) = (vec![Vec::new(); names.len()], Vec::new());
        for row in reader.records() {
            let row = row.map_err(|error| wrong(path, error))?;
            let line = row.position().map_or(0, ::csv::Position::line);
            // A separator at the end of each line ends no cell.
            let is_longer = row.iter().skip(names.len()).any(|cell| !cell.is_empty());
            if row.len() < names.len() || is_longer {
                let is_open = row.iter().any(|cell| cell.contains('\n'));
                let said = said::of_another_length(line, row.len(), names.len(), is_open);
                return Err(wrong(path, said));
            }
            lines.push(line);
            texts
                .iter_mut()
                .zip(&row)
                .for_each(|(column, cell)| column.push(cell.to_owned()));
        }
        if lines.is_empty() {
            return Err(wrong(
                path,
                say(
                    "there is no row below the names of the columns",
                    "列名下面一行数据也没有",
                ),
            ));
        }
        // What stands before the first separator or behind the last, where each line has one there.
        let is_nothing =
            |name: &str, texts: &[String]| name.is_empty() && texts.iter().all(String::is_empty);
        let columns = names.into_iter().zip(texts);
        let columns = columns.filter(|(name, texts)| !is_nothing(name, texts));
        let columns = columns.map(|(name, texts)| match &how.like {
            Some(like) if like.has_words(&name, target) => Ok(Column::of_words(name, texts)),
            _ => Column::new(how, name, texts, &lines, separator != ','),
        });
        Ok(Table {
            columns: columns.collect::<Result<_>>()?,
            lines,
        })
    }

    /// An error that names the cells with nothing in them, if there are any.
    fn refuse_missing(&self, how: &Csv, target: &str) -> Result<()> {
        let mut found = Vec::new();
        for column in &self.columns {
            let missing = (0..self.lines.len()).filter(|row| column.is_missing(*row));
            let mut cells = missing
                .map(|row| (self.lines[row], column.texts[row].as_str()))
                .peekable();
            if cells.peek().is_some() {
                found.push(said::missing_there(&column.name, &places(cells)));
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        Err(wrong(&how.path, said::missing(&how.path, target, &found)))
    }

    /// Puts values where none are, or leaves rows out.
    fn complete(&mut self, how: &str, target: usize) {
        let rows = 0..self.lines.len();
        let is_kept = |row: &usize| match how {
            "drop" => !self.columns.iter().any(|column| column.is_missing(*row)),
            _ => !self.columns[target].is_missing(*row),
        };
        let kept: Vec<usize> = rows.filter(is_kept).collect();
        self.lines = kept.iter().map(|row| self.lines[*row]).collect();
        for column in &mut self.columns {
            column.texts = kept
                .iter()
                .map(|row| std::mem::take(&mut column.texts[*row]))
                .collect();
            match &mut column.cells {
                Cells::Numbers(numbers) => {
                    *numbers = kept.iter().map(|row| numbers[*row]).collect();
                    let middle = middle(numbers, how);
                    numbers
                        .iter_mut()
                        .for_each(|number| *number = number.or(middle));
                }
                Cells::Words(words) => {
                    *words = kept.iter().map(|row| words[*row].take()).collect();
                    let commonest = commonest(words);
                    words
                        .iter_mut()
                        .filter(|word| word.is_none())
                        .for_each(|word| word.clone_from(&commonest));
                }
            }
        }
    }

    /// All columns as numbers, `[n, columns]`, and what they are called.
    fn inputs(&self, how: &Csv) -> Result<(Tensor, Vec<String>)> {
        let (path, like) = (how.path.as_str(), how.like.as_ref());
        let mut columns: Vec<(String, Vec<Float>)> = Vec::new();
        for column in &self.columns {
            match &column.cells {
                Cells::Numbers(numbers) => {
                    columns.push((
                        column.name.clone(),
                        numbers.iter().flatten().copied().collect(),
                    ));
                }
                Cells::Words(cells) => {
                    let words =
                        like.map_or_else(|| different(cells), |like| like.words_of(&column.name));
                    like.iter()
                        .for_each(|like| like.tell_of_new_words(path, column, &self.lines));
                    // What is asked for as words may be as many as that.
                    let is_new = like.is_none() && !how.words.contains(&column.name);
                    if words.len() > 50 || is_new && are_names_of_rows(words.len(), cells.len()) {
                        let said = said::too_many_words(words.len(), &column.name);
                        return Err(wrong(path, said));
                    }
                    for word in words {
                        let is_it = |cell: &String| Float::from(u8::from(cell == word));
                        let name = format!("{}={word}", column.name);
                        columns.push((name, cells.iter().flatten().map(is_it).collect()));
                    }
                }
            }
        }
        if let Some(like) = like {
            columns = like.in_order(path, columns)?;
        }
        let n = self.lines.len();
        if columns.iter().any(|(_, column)| column.len() != n) {
            return Err(wrong(
                path,
                say(
                    "a column has no value at all: take it out",
                    "有一列一个值也没有：请去掉这一列",
                ),
            ));
        }
        let x = (0..n)
            .flat_map(|row| columns.iter().map(move |(_, column)| column[row]))
            .collect();
        let x = Tensor::from_vec(x, &[n, columns.len()]);
        Ok((x, columns.into_iter().map(|(name, _)| name).collect()))
    }
}
