//! Files as people have them, made by PyTorch, NumPy and sox (`oracle/files.py`), are read for what
//! they hold, or refused with the reason and a way out.

use chainrule::prelude::*;
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;

fn path(file: &str) -> String {
    format!("{}/tests/oracle/files/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// What each file holds, by the programs that made it.
struct Oracle {
    table: Vec<Value>,
    answers: Vec<(String, Tensor)>,
}

impl Oracle {
    fn read() -> Oracle {
        let table = std::fs::read(path("table.json")).expect("a table");
        let answers = data::read_npz(&path("answers.npz")).expect("the answers");
        Oracle {
            table: serde_json::from_slice(&table).expect("JSON"),
            answers,
        }
    }

    fn of(&self, kind: &str) -> Vec<&Value> {
        let found: Vec<&Value> = self
            .table
            .iter()
            .filter(|entry| entry["read"] == kind)
            .collect();
        assert!(!found.is_empty(), "{kind}");
        found
    }

    fn answer(&self, name: &str) -> Tensor {
        let found = self.answers.iter().find(|(own, _)| own == name);
        found
            .unwrap_or_else(|| panic!("no answer {name}"))
            .1
            .clone()
    }
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_default()
}

fn stem(file: &str) -> &str {
    file.split_once('.').expect("an ending").0
}

/// Whether the file was to be refused; then the error names it and says what is written in the
/// table.
fn is_refused<T>(entry: &Value, result: &std::io::Result<T>) -> bool {
    let Some(said) = entry["error"].as_array() else {
        return false;
    };
    let Err(error) = result else {
        panic!("{entry} was read")
    };
    let error = error.to_string();
    for words in said {
        assert!(error.contains(words.as_str().unwrap()), "{entry}: {error}");
    }
    assert!(error.contains(text(entry, "file")), "{error}");
    true
}

#[track_caller]
fn assert_close(what: &Value, found: &Tensor, expected: &Tensor, within: f64) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    for (a, b) in found.to_vec().into_iter().zip(expected.to_vec()) {
        let is_same = a == b || (a.is_nan() && b.is_nan()) || f64::from(a - b).abs() <= within;
        assert!(is_same, "{what}: {a} for {b}");
    }
}

#[test]
fn networks_as_pytorch_exports_them_today() {
    let oracle = Oracle::read();
    for entry in oracle.of("onnx") {
        let file = text(entry, "file");
        let model = Sequential::load_onnx(&path(file));
        if is_refused(entry, &model) {
            continue;
        }
        let model = model.unwrap_or_else(|error| panic!("{entry}: {error}"));
        let name = entry["like"].as_str().unwrap_or(stem(file));
        let (x, y) = (
            oracle.answer(&format!("{name}.x")),
            oracle.answer(&format!("{name}.y")),
        );
        assert_close(
            entry,
            &model.predict(&x),
            &y,
            entry["within"].as_f64().unwrap_or(1e-5),
        );
        // One sample, and many, though it was exported with two.
        assert_eq!(model.predict(&x.slice(0, 0..1)).shape()[0], 1, "{entry}");
        // It can be trained on, and written again.
        let copy = std::env::temp_dir().join(format!("chainrule-{}-{file}", std::process::id()));
        model
            .save_onnx(copy.to_str().unwrap())
            .unwrap_or_else(|error| panic!("{entry}: {error}"));
        let again = Sequential::load_onnx(copy.to_str().unwrap());
        std::fs::remove_file(&copy).unwrap();
        assert_close(entry, &again.unwrap().predict(&x), &model.predict(&x), 1e-6);
    }
}

#[test]
fn numbers_of_every_kind() {
    let oracle = Oracle::read();
    for entry in oracle.of("tensors") {
        let file = text(entry, "file");
        let read = if file.ends_with("safetensors") {
            data::read_safetensors
        } else {
            data::read_npz
        };
        let found = read(&path(file));
        if is_refused(entry, &found) {
            continue;
        }
        let mut found = found.unwrap_or_else(|error| panic!("{entry}: {error}"));
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let names: Vec<Value> = found.iter().map(|(name, _)| name.as_str().into()).collect();
        assert_eq!(Value::from(names), entry["names"], "{entry}");
        for (name, tensor) in &found {
            assert_close(
                entry,
                tensor,
                &oracle.answer(&format!("{}.{name}", stem(file))),
                0.0,
            );
        }
        if file.ends_with("npy") {
            assert_eq!(
                data::read_npy(&path(file)).expect("one array").to_vec(),
                found[0].1.to_vec()
            );
        }
    }
    for (file, said) in [
        ("text.npy", "text"),
        ("numbers.npz", "data::read_npz"),
        ("bom.txt", "no npy file"),
    ] {
        let error = data::read_npy(&path(file))
            .expect_err("no array")
            .to_string();
        assert!(error.contains(said) && error.contains(file), "{error}");
    }
}

#[test]
fn weights_of_16_bits_go_into_a_model() {
    let oracle = Oracle::read();
    let model = Sequential::new()
        .add(Dense::new(4, 3).relu())
        .add(Dense::new(3, 2));
    for entry in oracle.of("weights") {
        model
            .load(&path(text(entry, "file")))
            .unwrap_or_else(|error| panic!("{entry}: {error}"));
        assert_close(
            entry,
            &model.predict(&oracle.answer("weights.x")),
            &oracle.answer("weights.y"),
            1e-5,
        );
    }
}

#[test]
fn tables_with_holes_and_in_other_hands() {
    let oracle = Oracle::read();
    let rows = oracle.answer("rows");
    for entry in oracle.of("csv") {
        let file = path(text(entry, "file"));
        let table = data::read_csv(&file, "kind");
        if !is_refused(entry, &table) {
            let table = table.unwrap_or_else(|error| panic!("{entry}: {error}"));
            assert_close(entry, &table.x, &rows, 1e-6);
            assert_eq!(table.classes, ["a", "b", "c"], "{entry}");
            continue;
        }
        let (mean, column) = (
            oracle.answer("mean").item(),
            entry["column"].as_u64().unwrap() as usize,
        );
        let complete = data::csv(&file).missing("mean").read("kind").unwrap();
        let mut expected = rows.to_vec();
        expected[4 * 4 + column] = mean;
        assert_close(
            entry,
            &complete.x,
            &Tensor::from_vec(expected, &[30, 4]),
            1e-5,
        );
        let dropped = data::csv(&file).missing("drop").read("kind").unwrap();
        assert_eq!(
            (dropped.len(), dropped.x.get(&[4, 0])),
            (29, rows.get(&[5, 0])),
            "{entry}"
        );
        // As the column to predict: 30 classes, or 29 numbers and a way out.
        let error = data::read_csv(&file, "age")
            .expect_err("a hole")
            .to_string();
        assert!(error.contains("\"age\": line 6"), "{error}");
        assert_eq!(
            data::csv(&file).missing("mean").read("age").unwrap().len(),
            29,
            "{entry}"
        );
    }
    for entry in oracle.of("idx") {
        let labels = data::read_idx(&path(text(entry, "file")))
            .unwrap_or_else(|error| panic!("{entry}: {error}"));
        assert_close(entry, &labels, &oracle.answer("labels"), 0.0);
    }
    for entry in oracle.of("text") {
        let read = data::read_text(&path(text(entry, "file")))
            .unwrap_or_else(|error| panic!("{entry}: {error}"));
        assert_eq!(read.text(), text(entry, "text"), "{entry}");
    }
}

#[test]
fn sound_as_programs_and_recorders_write_it() {
    let oracle = Oracle::read();
    for entry in oracle.of("wav") {
        let (sound, rate) =
            data::read_wav(&path(text(entry, "file"))).unwrap_or_else(|e| panic!("{entry}: {e}"));
        assert_eq!(rate, 8000, "{entry}");
        assert_close(
            entry,
            &sound,
            &oracle.answer("sound"),
            entry["within"].as_f64().unwrap(),
        );
    }
}

/// A folder that is gone at the end, and a file in it.
fn place(name: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join(name);
    (folder, file.to_str().unwrap().to_owned())
}

/// What stands in a table that most of a column is not, and what is missing in columns of words.
#[test]
fn what_does_not_belong_in_a_column_is_named() {
    let (_folder, file) = place("table.csv");
    let numbers = |odd: &str| {
        let row = |i: usize| {
            if i == 7 {
                format!("\"{odd}\",a\n")
            } else {
                format!("{i},b\n")
            }
        };
        "size,kind\n".to_owned() + &(0..30).map(row).collect::<String>()
    };
    for odd in [
        "12 kg", "n.a.", "none", "$3.50", "1,200", "3O", ".", "#N/A", "<NA>", "12%", "unknown",
    ] {
        std::fs::write(&file, numbers(odd)).unwrap();
        let error = data::read_csv(&file, "kind").expect_err(odd).to_string();
        assert!(
            error.contains("line 9") && error.contains(&format!("{odd:?}")),
            "{odd}: {error}"
        );
        // By request it is a word like another.
        assert_eq!(
            data::csv(&file)
                .words("size")
                .read("kind")
                .unwrap()
                .x
                .shape(),
            [30, 30],
            "{odd}"
        );
    }
    // All of a column with marks beside the numbers is no column of 30 words either.
    let money =
        "price,kind\n".to_owned() + &(0..30).map(|i| format!("{i}.50 €,a\n")).collect::<String>();
    std::fs::write(&file, money).unwrap();
    let error = data::read_csv(&file, "kind")
        .expect_err("money")
        .to_string();
    assert!(
        error.contains("\"0.50 €\"") && error.contains("and 24 more"),
        "{error}"
    );
    // Words: empty, a question mark; a line break inside a cell moves the lines below it.
    std::fs::write(
        &file,
        "colour,n,kind\n\"dark\nred\",1,a\n?,2,b\n,3,a\n\"dark\nred\",4,b\n",
    )
    .unwrap();
    let error = data::read_csv(&file, "kind")
        .expect_err("holes")
        .to_string();
    assert!(error.contains("lines 4 (\"?\"), 5 (empty)"), "{error}");
    let complete = data::csv(&file).missing("median").read("kind").unwrap();
    assert_eq!(
        complete.x.to_vec(),
        [1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 1.0, 4.0],
        "the commonest word"
    );
    assert_eq!(
        data::csv(&file)
            .missing("drop")
            .read("kind")
            .unwrap()
            .x
            .to_vec(),
        [1.0, 1.0, 1.0, 4.0]
    );
    // Two columns have holes: both are named. A row without a target is of no use.
    std::fs::write(&file, "a,b,y\n1,,0.5\n3,4,\nNA,6,1.5\n").unwrap();
    let error = data::read_csv(&file, "y").expect_err("holes").to_string();
    for words in [
        "\"a\": line 4",
        "\"b\": line 2",
        "\"y\": line 3",
        "missing(\"drop\")",
    ] {
        assert!(error.contains(words), "{error}");
    }
    let complete = data::csv(&file).missing("mean").read("y").unwrap();
    assert_eq!(
        (complete.x.to_vec(), complete.y.to_vec()),
        (vec![1.0, 6.0, 1.0, 6.0], vec![0.5, 1.5])
    );
    let error = data::csv(&file)
        .missing("drop")
        .read("y")
        .expect_err("none is left")
        .to_string();
    assert!(error.contains("none is left"), "{error}");
    let error = data::csv(&file)
        .missing("zero")
        .read("y")
        .expect_err("no such way")
        .to_string();
    assert!(
        error.contains("missing(\"mean\"), .missing(\"median\") and .missing(\"drop\")"),
        "{error}"
    );
    // A file without a line of names.
    std::fs::write(&file, "5.1,3.5,setosa\n4.9,3.0,other\n").unwrap();
    let error = data::read_csv(&file, "kind")
        .expect_err("no names")
        .to_string();
    assert!(error.contains(".names(&["), "{error}");
    let named = data::csv(&file)
        .names(&["length", "width", "kind"])
        .read("kind")
        .unwrap();
    assert_eq!((named.x.shape(), named.classes.len()), (&[2, 2][..], 2));
    // No text at all.
    std::fs::write(&file, b"PK\x03\x04rest").unwrap();
    assert!(
        data::read_csv(&file, "kind")
            .expect_err("a workbook")
            .to_string()
            .contains("save the table as CSV")
    );
    std::fs::write(
        &file,
        "größe,kind\n1,a\n"
            .chars()
            .map(|c| c as u8)
            .collect::<Vec<u8>>(),
    )
    .unwrap();
    assert!(
        data::read_csv(&file, "kind")
            .expect_err("Latin-1")
            .to_string()
            .contains("UTF-8")
    );
}

#[test]
fn mnist_is_found_under_the_names_and_in_the_folders_it_has() {
    let images = |n: u8| {
        [
            &[0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 2, 0, 0, 0, 2][..],
            &vec![255; 4 * n as usize],
        ]
        .concat()
    };
    let labels = |n: u8| [&[0, 0, 8, 1, 0, 0, 0, n][..], &(0..n).collect::<Vec<u8>>()].concat();
    let packed = |bytes: Vec<u8>| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(&bytes).unwrap();
        packed.finish().unwrap()
    };
    for (layout, below) in [
        ("dot", ""),
        ("dash", "MNIST/raw"),
        ("own folders", ""),
        ("dot packed", "raw"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (part, n) in [("train", 3), ("t10k", 2)] {
            for (kind, bytes) in [
                ("images-idx3-ubyte", images(n)),
                ("labels-idx1-ubyte", labels(n)),
            ] {
                let name = format!("{part}-{kind}");
                let dotted = format!("{part}-{}", kind.replacen('-', ".", 1));
                let (name, bytes) = match layout {
                    "dot" => (dotted, bytes),
                    "own folders" => (format!("{name}/{dotted}"), bytes),
                    "dot packed" => (dotted + ".gz", packed(bytes)),
                    _ => (name, bytes),
                };
                let file = folder.path().join(below).join(name);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, bytes).unwrap();
            }
        }
        let (train, test) = data::mnist(folder.path().to_str().unwrap()).expect(layout);
        assert_eq!(
            (train.x.shape(), test.y.to_vec()),
            (&[3, 4][..], vec![0.0, 1.0]),
            "{layout}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let error = data::mnist(folder.path().to_str().unwrap())
        .expect_err("nothing is there")
        .to_string();
    assert!(
        error.contains("train-images-idx3-ubyte") && error.contains("train-images.idx3-ubyte"),
        "{error}"
    );
}

#[test]
fn what_follows_a_packed_file_is_not_lost_silently() {
    let (_folder, file) = place("text.gz");
    let packed = std::fs::read(path("members.csv.gz")).unwrap();
    // A member that ends early, and bytes that are no member.
    for bytes in [
        packed[..packed.len() - 5].to_vec(),
        [&packed[..], b"rest"].concat(),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let error = data::read_text(&file).expect_err("damaged").to_string();
        assert!(
            error.contains("damaged gzip") && error.contains("text.gz"),
            "{error}"
        );
    }
}

#[test]
fn a_sound_of_length_0_is_told_from_one_of_unknown_length() {
    let (_folder, file) = place("sound.wav");
    let head = [
        &b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0"[..],
        &[1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0],
        b"data",
        &[0; 4],
    ]
    .concat();
    let read = |rest: &[u8]| {
        std::fs::write(&file, [&head[..], rest].concat()).unwrap();
        data::read_wav(&file).map(|(sound, _)| sound.to_vec())
    };
    assert_eq!(read(&[0, 64, 0, 192]).unwrap(), [0.5, -0.5]);
    assert_eq!(read(&[0; 8]).unwrap(), [0.0; 4], "silence is sound");
    for nothing in [&b""[..], b"LIST\x04\0\0\0INFO"] {
        assert!(
            read(nothing)
                .expect_err("no sound")
                .to_string()
                .contains("no sound")
        );
    }
    // More than 4 GB: the length stands in a part of its own, and another part follows the sound.
    let large = [
        &b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0"[..],
        &[0; 8],
        &4u64.to_le_bytes(),
        &[0; 12],
        &head[12..36],
        b"data\xff\xff\xff\xff",
        &[0, 64, 0, 192],
        b"LIST\x04\0\0\0INFO",
    ]
    .concat();
    std::fs::write(&file, large).unwrap();
    assert_eq!(data::read_wav(&file).unwrap().0.to_vec(), [0.5, -0.5]);
}

/// The message of a panic that `action` ends with.
fn mistake(action: impl FnOnce()) -> String {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(action));
    *result
        .expect_err("must panic")
        .downcast::<String>()
        .expect("a message")
}

#[test]
fn two_texts_have_one_alphabet_or_are_refused() {
    let (first, second) = (data::Text::new("abab abab"), data::Text::new("bcbc bcbc"));
    let train = |data: &Dataset, symbols: usize| {
        let mut model = Sequential::new()
            .add(Embedding::new(symbols, 4))
            .add(Dense::new(4, symbols).softmax());
        model.compile(Adam::new(0.01), SparseCategoricalCrossentropy::new(), ());
        model.fit(data).verbose(false).run();
        model
    };
    let model = train(&first.windows(3), 3);
    let (a, b) = (first.windows(3), second.windows(3));
    for message in [
        mistake(|| drop(model.evaluate(&b))),
        mistake(|| drop(a.join(&b))),
        mistake(|| {
            let mut model = train(&a, 3);
            model.fit(&a).validation(&b).verbose(false).run();
        }),
    ] {
        assert!(
            message.contains("1 stands for \"a\"") && message.contains("Text::together"),
            "{message}"
        );
    }
    let [first, second] = data::Text::together([first, second]);
    assert_eq!(
        (first.symbols(), second.symbols()),
        (&[' ', 'a', 'b', 'c'][..], &[' ', 'a', 'b', 'c'][..])
    );
    let model = train(&first.windows(3), 4);
    assert!(model.evaluate(&second.windows(3)).loss.is_finite());
    assert_eq!(first.windows(3).join(&second.windows(3)).len(), 12);
    // Parts of one text.
    let (train_text, test_text) = data::sentences(40).split(0.75);
    assert_eq!(train_text.symbols(), test_text.symbols());
    assert!(mistake(|| drop(test_text.split(1.0))).contains("split(0.8)"));
    // Classes that have other names in another file are the same mistake; numbers for names are
    // none.
    let named =
        |names: &[&str]| Dataset::new(&Tensor::zeros(&[2, 3]), &tensor([0, 1])).class_names(names);
    assert!(
        mistake(|| drop(named(&["cat", "dog"]).join(&named(&["dog", "fish"])))).contains("\"cat\"")
    );
    assert_eq!(
        named(&["cat", "dog"]).join(&named(&["0", "1"])).classes,
        ["cat", "dog"]
    );
    assert_eq!(
        named(&["cat", "dog"])
            .join(&named(&["cat", "dog", "fish"]))
            .classes
            .len(),
        3
    );
}

/// Files that end early, and files with a bit that is wrong: an error or other numbers, never a
/// panic.
#[test]
fn damage_is_no_panic() {
    let (folder, file) = place("x.onnx");
    for entry in Oracle::read().table {
        let (name, kind) = (
            text(&entry, "file").to_owned(),
            text(&entry, "read").to_owned(),
        );
        if let Ok(beside) = std::fs::read(path(&format!("{name}.data"))) {
            std::fs::write(folder.path().join(format!("{name}.data")), beside).unwrap();
        }
        let read = |file: &str| match kind.as_str() {
            "onnx" => drop(Sequential::load_onnx(file)),
            "tensors" | "weights" if name.ends_with("safetensors") => {
                drop(data::read_safetensors(file))
            }
            "tensors" => drop(data::read_npz(file)),
            "csv" => drop(data::csv(file).missing("mean").read("kind")),
            "idx" => drop(data::read_idx(file)),
            "text" => drop(data::read_text(file)),
            _ => drop(data::read_wav(file)),
        };
        let whole = std::fs::read(path(&name)).unwrap();
        for place in (0..whole.len()).step_by(1 + whole.len() / 25) {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            for bytes in [&whole[..place], &bytes] {
                std::fs::write(&file, bytes).unwrap();
                read(&file);
            }
        }
    }
}
