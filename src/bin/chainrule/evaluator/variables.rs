//! The cell that shows the table of variables (`:vars`).

use std::collections::BTreeMap;

/// A cell that measures each variable where it is and shows the table, given names and types.
pub fn cell_that_shows(variables: &BTreeMap<String, String>) -> String {
    let rows = variables.iter().map(|(name, kind)| {
        let kind = format!("{:?}", without_paths(kind));
        format!("({name:?}, {kind}, (&chainrule::cell::Measured(&{name})).measure()), ")
    });
    format!(
        "{{ use chainrule::cell::{{MeasureAny as _, MeasureKnown as _}}; \
        chainrule::cell::show_variables(&[{}]); }};",
        rows.collect::<String>()
    )
}

/// `Vec<String>` for `alloc::vec::Vec<alloc::string::String>`.
pub fn without_paths(kind: &str) -> String {
    let mut short = String::with_capacity(kind.len());
    for character in kind.chars() {
        short.push(character);
        if short.ends_with("::") {
            let end = short.len() - 2;
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let start = short[..end].rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
            short.truncate(start);
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_without_paths() {
        let cases = [
            ("alloc::vec::Vec<alloc::string::String>", "Vec<String>"),
            (
                "std::collections::HashMap<i32, (u8, a::B)>",
                "HashMap<i32, (u8, B)>",
            ),
            ("&'static str", "&'static str"),
            ("::core::option::Option<i32>", "Option<i32>"),
        ];
        for (kind, short) in cases {
            assert_eq!(without_paths(kind), short);
        }
    }

    #[test]
    fn every_variable_is_measured() {
        let variables = BTreeMap::from([("a".to_owned(), "i32".to_owned())]);
        assert!(
            cell_that_shows(&variables)
                .contains(r#"("a", "i32", (&chainrule::cell::Measured(&a)).measure())"#)
        );
    }
}
