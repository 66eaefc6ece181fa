//! Tables in CSV files: numbers and classes as what to predict, and a second table with the columns
//! of the first.

use chainrule::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a path").to_owned()
    }
}

/// What a table of one input and these targets is read as.
fn targets(folder: &Folder, cells: &[&str]) -> Dataset {
    let rows: String = cells
        .iter()
        .enumerate()
        .map(|(i, cell)| format!("{i}.5,{cell}\n"))
        .collect();
    data::read_csv(&folder.file("targets.csv", &format!("x,y\n{rows}")), "y").expect("read")
}

#[test]
fn a_target_of_whole_numbers_is_a_class_only_if_it_looks_like_one() {
    let folder = Folder::new();
    for (cells, classes) in [
        (vec!["100", "200", "15"], 0),
        (vec!["1990", "2001", "2020"], 0),
        (vec!["0", "500", "999"], 0),
        (vec!["-1", "1", "1"], 0),
        (vec!["12", "13", "14"], 0),
        (vec!["0", "1", "1"], 2),
        (vec!["3", "7", "5"], 8),
        (
            vec!["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"],
            12,
        ),
        (vec!["0.5", "1", "2"], 0),
    ] {
        let data = targets(&folder, &cells);
        assert_eq!(data.classes.len(), classes, "{cells:?}");
        let shape = if classes == 0 {
            vec![cells.len(), 1]
        } else {
            vec![cells.len()]
        };
        assert_eq!(data.y.shape(), shape, "{cells:?}");
        assert_eq!(
            data.y.to_vec(),
            cells
                .iter()
                .map(|cell| cell.parse().unwrap())
                .collect::<Vec<Float>>()
        );
    }
}

const TRAIN: &str = "size,colour,kind\n1,red,pear\n2,green,apple\n3,blue,fig\n4,red,apple\n";

#[test]
fn a_second_table_has_the_columns_and_classes_of_the_first() {
    let folder = Folder::new();
    let train = data::read_csv(&folder.file("train.csv", TRAIN), "kind").expect("read");
    assert_eq!(
        train.columns,
        ["size", "colour=blue", "colour=green", "colour=red"]
    );
    // A word is missing, another is new, the columns stand in another order, one more is there,
    // with a hole in it.
    let path = folder.file(
        "test.csv",
        "kind,note,colour,size\nfig,a,green,5\npear,,green,6\npear,b,violet,7\n",
    );
    let test = data::csv(&path).like(&train).read("kind").expect("read");
    assert_eq!(
        (test.columns.clone(), test.classes.clone()),
        (train.columns.clone(), train.classes.clone())
    );
    assert_eq!(
        test.x.to_vec(),
        [5.0, 0.0, 1.0, 0.0, 6.0, 0.0, 1.0, 0.0, 7.0, 0.0, 0.0, 0.0]
    );
    assert_eq!(test.y.to_vec(), [1.0, 2.0, 2.0]);
    assert_eq!(test.take(2).columns, train.columns);
    // Each file for itself: as many columns, with another meaning.
    let alone = data::csv(&path).missing("drop").read("kind").expect("read");
    assert_ne!(alone.columns, train.columns);
    // What is to be predicted is a number.
    let price = "colour,price\nred,100\ngreen,250\nred,15\n";
    let train = data::read_csv(&folder.file("train.csv", price), "price").expect("read");
    let path = folder.file("test.csv", "colour,price\nred,1\nred,2\n");
    let test = data::csv(&path).like(&train).read("price").expect("read");
    assert_eq!(
        (test.y.shape(), test.classes.len(), test.x.shape()),
        (&[2, 1][..], 0, &[2, 2][..])
    );
    // Words that look like numbers; holes.
    let codes = folder.file("train.csv", "code,n,kind\n7,1,0\n8,2,1\n7,3,1\n");
    let train = data::csv(&codes).words("code").read("kind").expect("read");
    let path = folder.file("test.csv", "code,n,kind\n8,?,1\n8,4,0\n7,6,1\n");
    let test = data::csv(&path)
        .like(&train)
        .missing("mean")
        .read("kind")
        .expect("read");
    assert_eq!(
        test.x.to_vec(),
        [0.0, 1.0, 5.0, 0.0, 1.0, 4.0, 1.0, 0.0, 6.0]
    );
    let test = data::csv(&path)
        .like(&train)
        .missing("drop")
        .read("kind")
        .expect("read");
    assert_eq!(
        (test.x.to_vec(), test.y.to_vec()),
        (vec![0.0, 1.0, 4.0, 1.0, 0.0, 6.0], vec![0.0, 1.0])
    );
}

#[test]
fn what_cannot_be_read_like_the_first_is_named() {
    let folder = Folder::new();
    let train = data::read_csv(&folder.file("train.csv", TRAIN), "kind").expect("read");
    for (text, said) in [
        ("size,kind\n1,fig\n", vec!["no column \"colour\""]),
        ("colour,kind\nred,fig\n", vec!["no column \"size\""]),
        (
            "size,colour,kind\n1,red,plum\n2,red,fig\n",
            vec!["line 2 (\"plum\")", "[\"apple\", \"fig\", \"pear\"]"],
        ),
        (
            "size,colour,kind\nlarge,red,fig\nsmall,red,fig\n",
            vec!["no column \"size\""],
        ),
        (
            "size,colour,kind\n1,,fig\n",
            vec!["line 2 (empty)", "missing(\"mean\")"],
        ),
        ("size,colour\n1,red\n", vec!["no column is called \"kind\""]),
    ] {
        let path = folder.file("test.csv", text);
        let error = data::csv(&path)
            .like(&train)
            .read("kind")
            .expect_err(text)
            .to_string();
        said.iter()
            .for_each(|said| assert!(error.contains(said), "{text}: {error}"));
    }
    let path = folder.file("test.csv", TRAIN);
    let error = data::csv(&path)
        .like(&data::two_moons(10, 0.1))
        .read("kind")
        .expect_err("no table")
        .to_string();
    assert!(error.contains("from no table"), "{error}");
    // A row that has gone does not move the words of the others.
    let path = folder.file("test.csv", "size,colour,kind\n?,red,fig\n1,red,plum\n");
    let error = data::csv(&path)
        .like(&train)
        .missing("drop")
        .read("kind")
        .expect_err("plum")
        .to_string();
    assert!(error.contains("line 3 (\"plum\")"), "{error}");
}

#[test]
fn columns_that_mean_something_else_are_found_at_use() {
    let folder = Folder::new();
    let train = data::read_csv(&folder.file("train.csv", TRAIN), "kind").expect("read");
    let other = TRAIN.replace("green", "violet");
    let path = folder.file("test.csv", &other);
    let test = data::read_csv(&path, "kind").expect("read");
    assert_eq!(test.x.shape(), train.x.shape());
    let mut model = Sequential::new().add(Dense::new(4, 3).softmax());
    model.compile(
        Sgd::new(0.1),
        SparseCategoricalCrossentropy::new(),
        Accuracy,
    );
    model.fit(&train).epochs(1).verbose(false).run();
    let same = data::csv(&path).like(&train).read("kind").expect("read");
    model.evaluate(&same);
    let mut second = model.clone();
    second.compile(
        Sgd::new(0.1),
        SparseCategoricalCrossentropy::new(),
        Accuracy,
    );
    let refused = |op: &str, run: &mut dyn FnMut()| {
        let panic = catch_unwind(AssertUnwindSafe(run)).expect_err(op);
        let said = panic.downcast_ref::<String>().expect("a message");
        assert!(
            said.starts_with(&format!("{op}: column 2 is \"colour=green\"")),
            "{said}"
        );
        assert!(
            said.contains("\"colour=red\" here") && said.contains(".like(&train)"),
            "{said}"
        );
    };
    refused("join", &mut || drop(train.join(&test)));
    refused("standardised_like", &mut || {
        drop(test.standardised_like(&train))
    });
    refused("evaluate", &mut || drop(model.evaluate(&test)));
    refused("validation", &mut || {
        drop(
            second
                .fit(&train)
                .epochs(1)
                .verbose(false)
                .validation(&test)
                .run(),
        )
    });
}

#[test]
fn separators_at_the_ends_and_bars_are_no_columns() {
    let folder = Folder::new();
    for (name, text) in [
        ("bar.csv", "a|b|y\n1|2|0\n3|4|1\n"),
        ("edges.csv", ",a,b,y,\n,1,2,0,\n,3,4,1,\n"),
        ("tail.csv", "a,b,y\n1,2,0,\n3,4,1,,\n"),
    ] {
        let data = data::read_csv(&folder.file(name, text), "y").expect(name);
        assert_eq!(data.x.to_vec(), [1.0, 2.0, 3.0, 4.0], "{name}");
        assert_eq!(data.y.to_vec(), [0.0, 1.0], "{name}");
    }
    let refused = |name: &str, text: &str| {
        let read = data::read_csv(&folder.file(name, text), "y");
        read.expect_err(name).to_string()
    };
    let said = refused("quote.csv", "a,b,y\n1,\"2,0\n3,4,1\n5,6,0\n");
    assert!(
        said.contains("line 2") && said.contains("does the `\"`"),
        "{said}"
    );
    let said = refused("long.csv", "a,b,y\n1,2,0,7\n");
    assert!(
        said.contains("line 2 has 4 cells") && !said.contains("`\"`"),
        "{said}"
    );
    // A column with a name, or with values, stays.
    let said = refused("empty.csv", "a,,y\n1,,0\n2,5,1\n");
    assert!(said.contains("values are missing"), "{said}");
}
