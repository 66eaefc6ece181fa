//! Paths of the standard library that are misspelled, and types as other languages call them.

use super::super::case::{Case, Explanation};
use super::similar::{distance, other_capitals, with_name};

/// Modules of the standard library, with what learners take from them.
const STD: &[(&str, &[&str])] = &[
    (
        "collections",
        &[
            "HashMap",
            "HashSet",
            "BTreeMap",
            "BTreeSet",
            "VecDeque",
            "BinaryHeap",
        ],
    ),
    (
        "fs",
        &[
            "File",
            "OpenOptions",
            "read",
            "read_dir",
            "read_to_string",
            "write",
        ],
    ),
    (
        "io",
        &[
            "BufRead",
            "BufReader",
            "BufWriter",
            "Error",
            "ErrorKind",
            "Read",
            "Result",
            "Seek",
            "Write",
            "stdin",
            "stdout",
        ],
    ),
    ("time", &["Duration", "Instant", "SystemTime"]),
    ("thread", &["JoinHandle", "sleep", "spawn"]),
    (
        "sync",
        &["Arc", "Mutex", "OnceLock", "RwLock", "atomic", "mpsc"],
    ),
    ("rc", &["Rc", "Weak"]),
    ("cell", &["Cell", "RefCell"]),
    ("fmt", &["Debug", "Display", "Formatter"]),
    ("error", &["Error"]),
    (
        "cmp",
        &["Ord", "Ordering", "PartialOrd", "Reverse", "max", "min"],
    ),
    (
        "ops",
        &[
            "Add", "Deref", "Div", "Fn", "FnMut", "Index", "IndexMut", "Mul", "Neg", "Range", "Sub",
        ],
    ),
    ("path", &["Path", "PathBuf"]),
    ("env", &["args", "current_dir", "var"]),
    ("process", &["Command", "exit"]),
    ("str", &["FromStr"]),
    (
        "iter",
        &[
            "FromIterator",
            "Iterator",
            "Peekable",
            "once",
            "repeat",
            "zip",
        ],
    ),
    ("mem", &["replace", "swap", "take"]),
    ("convert", &["From", "Into", "TryFrom", "TryInto"]),
    ("hash", &["Hash", "Hasher"]),
    ("borrow", &["Cow"]),
    ("string", &["String"]),
    ("vec", &["Vec"]),
    ("f32", &["consts"]),
    ("f64", &["consts"]),
    ("any", &[]),
    ("array", &[]),
    ("boxed", &[]),
    ("char", &[]),
    ("marker", &[]),
    ("net", &[]),
    ("num", &[]),
    ("option", &[]),
    ("result", &[]),
    ("slice", &[]),
];

/// The closest of some names, if it may be meant.
fn closest<'a>(name: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    // Two letters that changed places are one slip.
    let far = |other: &&str| match letters(name) == letters(other) {
        true => usize::from(!name.eq_ignore_ascii_case(other)),
        false => distance(name, other),
    };
    let most = (name.chars().count() / 3).max(1);
    among
        .map(|other| (far(&other), other))
        .filter(|(far, _)| *far <= most)
        .min()
        .map(|(_, other)| other)
}

fn module_of(name: &str) -> Option<&'static str> {
    STD.iter()
        .find(|(_, names)| names.contains(&name))
        .map(|(module, _)| *module)
}

/// A part of a path, the module that it was looked for in, and what is there instead.
fn misspelled(case: &Case) -> Option<(String, String)> {
    let wrong = case.marked();
    let (wrong, module) = match case.message.split_once("unresolved import `") {
        Some((_, rest)) => {
            let path = rest.split('`').next()?;
            let (before, last) = path.rsplit_once("::").unwrap_or(("", path));
            (last, before)
        }
        None => (
            wrong,
            case.message.split("` in `").nth(1)?.split('`').next()?,
        ),
    };
    if crate::names::is_foreign_module(wrong) {
        return None;
    }
    let module = module.rsplit("::").next()?;
    let meant = match module {
        "std" | "core" | "alloc" => {
            let modules = STD.iter().map(|(module, _)| *module);
            // `std::HashMap` says what, but not where from.
            let direct = module_of(wrong).map(|module| format!("{module}::{wrong}"));
            direct.or_else(|| closest(wrong, modules).map(str::to_owned))?
        }
        // `Std`, `sdt`
        "" => closest(wrong, ["std"].into_iter())?.to_owned(),
        module => {
            let names = STD.iter().find(|(name, _)| *name == module)?.1;
            closest(wrong, names.iter().copied())?.to_owned()
        }
    };
    (meant != wrong).then(|| (wrong.to_owned(), meant))
}

/// `use std::colections::HashMap;`
pub fn misspelled_path(case: &Case) -> Option<Explanation> {
    let (wrong, meant) = misspelled(case)?;
    let fix = with_name(case.code, case.mark.clone()?, &wrong, &meant)?;
    Some(Explanation::new(
        format!("There is no `{wrong}` in the standard library, but there is `{meant}`:"),
        format!("标准库里没有 `{wrong}`，但是有 `{meant}`："),
        fix,
    ))
}

/// Types as other languages call them, and as Rust does.
const TYPES: &[(&[&str], &str)] = &[
    (
        &[
            "int", "integer", "Int", "Integer", "int32", "Int32", "I32", "signed",
        ],
        "i32",
    ),
    (&["long", "int64", "Int64", "Long", "bigint", "I64"], "i64"),
    (&["float", "float32", "Float32", "single", "F32"], "f32"),
    (
        &[
            "double", "Double", "float64", "Float64", "number", "Number", "F64",
        ],
        "f64",
    ),
    (&["uint8", "byte", "Byte", "U8"], "u8"),
    (&["uint", "uint32", "unsigned", "U32"], "u32"),
    (&["size_t", "Usize", "size"], "usize"),
    (&["string", "Str", "std_string", "text", "STRING"], "String"),
    (&["boolean", "Boolean", "Bool", "BOOL"], "bool"),
    (&["character", "Char", "Character"], "char"),
    (
        &[
            "vector",
            "Vector",
            "list",
            "List",
            "ArrayList",
            "array",
            "Array",
            "vec",
            "VEC",
        ],
        "Vec",
    ),
    (
        &[
            "dict",
            "Dict",
            "Map",
            "map",
            "Dictionary",
            "hashmap",
            "Hashmap",
            "HashTable",
            "Object",
        ],
        "HashMap",
    ),
    (&["Hashset", "hashset", "Set", "set"], "HashSet"),
    (&["Btreemap", "BtreeMap", "TreeMap"], "BTreeMap"),
    (
        &["option", "Optional", "Maybe", "optional", "Nullable"],
        "Option",
    ),
    (&["result"], "Result"),
    (&["Std", "STD"], "std"),
    (&["void", "Void", "unit", "Unit", "NoneType"], "()"),
    (&["tensor", "ndarray", "NDArray"], "Tensor"),
];

fn meant_type(name: &str) -> Option<&'static str> {
    let listed = TYPES
        .iter()
        .find(|(names, _)| names.contains(&name))
        .map(|(_, meant)| *meant);
    let all = STD.iter().flat_map(|(_, names)| names.iter().copied());
    let is_type = |known: &&str| known.starts_with(char::is_uppercase);
    // Other capitals, or a letter more or less.
    let known = || closest(name, all.filter(is_type)).filter(|_| name.len() > 4);
    listed.or_else(known).filter(|meant| *meant != name)
}

/// Whether the message looks for a type, which a number or a function of the same name would not
/// be.
fn looks_for_a_type(case: &Case) -> bool {
    let said = [
        "find type",
        "expected type",
        "undeclared type",
        "find trait",
    ];
    let is_path = case
        .mark
        .as_ref()
        .is_some_and(|mark| case.code[mark.end..].starts_with("::"));
    said.iter().any(|words| case.message.contains(words))
        || (is_path && case.message.contains("cannot find"))
}

/// `Hashmap`, `string`, `int`
pub fn type_elsewhere(case: &Case) -> Option<Explanation> {
    let name = case.name();
    if case.memory.fate(name).is_some() || !looks_for_a_type(case) {
        return None;
    }
    let meant = meant_type(name)?;
    let mark = case.mark.clone()?;
    let has_parameters = case.code[mark.end..]
        .trim_start()
        .starts_with(['<', ':', '!']);
    // What a list holds, a `let` sees by the value.
    let of = match (meant, case.line()?.starts_with("let ")) {
        ("Vec", _) if has_parameters => "",
        ("Vec", true) => "<_>",
        ("Vec", false) => "<f64>",
        _ => "",
    };
    let line = with_name(case.code, mark, name, &format!("{meant}{of}"))?;
    let to_use = module_of(meant).filter(|module| !["string", "vec"].contains(module));
    let is_there = |module: &str| case.code.contains(&format!("{module}::{meant}"));
    let to_use = to_use
        .filter(|module| !is_there(module))
        .map(|module| format!("use std::{module}::{meant};\n"));
    let fix = to_use.unwrap_or_default() + &line;
    Some(if name.eq_ignore_ascii_case(meant) {
        other_capitals(meant, fix)
    } else {
        Explanation::new(
            format!("Rust has no type `{name}`. What is meant is called `{meant}`:"),
            format!("Rust 没有 `{name}` 这个类型，对应的类型是 `{meant}`："),
            fix,
        )
    })
}

/// Whether this is a slip of the pen, and no name of another library.
pub fn is_spelling(case: &Case) -> bool {
    let may_be_type = ["E0412", "E0425", "E0433", "E0573", "E0405"].contains(&case.kind);
    (["E0432", "E0433"].contains(&case.kind) && misspelled(case).is_some())
        || (may_be_type
            && looks_for_a_type(case)
            && TYPES.iter().any(|(names, _)| names.contains(&case.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_other_languages_have_a_name_here() {
        for (name, meant) in [
            ("Hashmap", "HashMap"),
            ("HasMap", "HashMap"),
            ("int", "i32"),
            ("Vector", "Vec"),
        ] {
            assert_eq!(meant_type(name), Some(meant), "{name}");
        }
        for name in ["HashMap", "Foo", "Net", "Model", "Point", "Rect", "Shape"] {
            assert_eq!(meant_type(name), None, "{name}");
        }
    }
}
