//! What a table of mistakes consists of.

use super::super::case::{Case, Explanation};

/// A mistake is known by its kind and by words in its message or at its marks; an entry that has no
/// words knows all of its kind. The first entry that has something to say wins.
pub struct Situation {
    pub kinds: &'static [&'static str],
    pub words: &'static str,
    pub explain: fn(&Case) -> Option<Explanation>,
}

pub const fn situation(
    kinds: &'static [&'static str],
    words: &'static str,
    explain: fn(&Case) -> Option<Explanation>,
) -> Situation {
    Situation {
        kinds,
        words,
        explain,
    }
}
