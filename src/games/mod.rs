//! Games of two players on a board: their rules ([`Board`]), a tree search that a network guides
//! ([`search`]), games against oneself to learn from ([`self_play`]), and a judge that tries all
//! that the other could do ([`judge`]). What plays is a function of the learner; nothing here knows
//! a network.
//!
//! A position is always seen by the player whose turn it is: that one's stones are 1, the other's
//! −1, and a value of 1 is good for that one. After a move it is the other's turn, and every sign
//! changes.

mod board;
mod judge;
mod search;
mod self_play;

pub use board::{Board, views};
pub use judge::{Judged, judge, match_of};
pub use search::{Edge, play_outs, search};
pub use self_play::{openings, self_play};
