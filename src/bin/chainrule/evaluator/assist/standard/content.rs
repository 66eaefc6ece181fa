//! What is read of std.

use crate::evaluator::assist::declarations::{Item, Members};
use std::sync::Arc;

/// All that is known of std, before it is written.
#[derive(Default)]
pub struct Content {
    /// By public paths, such as `std::collections`.
    pub modules: Vec<(String, Vec<Arc<Item>>)>,
    pub types: Vec<(String, Members)>,
}

/// The module that stands for what is in scope without a path.
pub const SCOPE: &str = "";
