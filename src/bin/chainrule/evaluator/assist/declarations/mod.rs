//! What a source text declares: names, members of types, and what completion and inspection have to
//! know of each.
//!
//! The same collector reads the library, std, and the cells of a session.
//!
//! `known` is what it finds, `read` goes through the items of a text, `place`
//! makes something known of one of them, `syntax` looks at a node, `macros` writes out what our own
//! macros make.

mod known;
mod macros;
mod place;
mod read;
mod syntax;

pub use known::{Declarations, EVERY_TYPE, Item, Kind, Members, Yields, shared};
pub use macros::split_at_commas;
pub use place::Visible;
pub use syntax::joined;
