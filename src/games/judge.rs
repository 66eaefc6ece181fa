//! How well something plays: against everything that the other could do, or against an opponent.

use super::Board;
use std::collections::BTreeMap;

/// How games ended for the player who is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Games won.
    pub won: usize,
    /// Games without a winner.
    pub drawn: usize,
    /// Games lost.
    pub lost: usize,
}

impl Judged {
    fn count(&mut self, is_turn: bool, result: f64, times: usize) {
        let result = if is_turn { result } else { -result };
        match result {
            1.0 => self.won += times,
            -1.0 => self.lost += times,
            _ => self.drawn += times,
        }
    }
}

/// Plays every line of play there is: `choose` moves, the other tries everything, with `choose` as
/// the first player and as the second. For small games only; `choose` gets many positions at once
/// and says a square for each.
///
/// ```
/// # use chainrule::prelude::*;
/// let first_free = |boards: &[games::Board]| -> Vec<usize> {
///     boards.iter().map(|board| board.moves()[0]).collect()
/// };
/// let judged = games::judge(&games::Board::tic_tac_toe(), first_free);
/// assert!(judged.lost > 100);
/// ```
#[track_caller]
pub fn judge(start: &Board, choose: impl Fn(&[Board]) -> Vec<usize>) -> Judged {
    let mut judged = Judged::default();
    for begins in [true, false] {
        // Positions that are reached in several ways are thought about once.
        let mut now = BTreeMap::from([(start.clone(), 1)]);
        let mut is_turn = begins;
        while !now.is_empty() {
            let mut next = BTreeMap::new();
            let boards: Vec<Board> = now.keys().cloned().collect();
            let chosen = if is_turn {
                choose(&boards)
                    .into_iter()
                    .map(|square| vec![square])
                    .collect()
            } else {
                boards.iter().map(Board::moves).collect::<Vec<_>>()
            };
            for ((board, ways), squares) in now.into_iter().zip(chosen) {
                for after in squares.into_iter().map(|square| board.play(square)) {
                    match after.result() {
                        Some(result) => judged.count(!is_turn, result.into(), ways),
                        None => *next.entry(after).or_insert(0) += ways,
                    }
                }
            }
            (now, is_turn) = (next, !is_turn);
        }
    }
    judged
}

/// Plays games against an opponent, side by side, from each of these positions twice: once moving
/// first in it, once second.
#[track_caller]
pub fn match_of(
    starts: &[Board],
    choose: impl Fn(&[Board]) -> Vec<usize>,
    other: impl Fn(&[Board]) -> Vec<usize>,
) -> Judged {
    let mut judged = Judged::default();
    for begins in [true, false] {
        let (mut boards, mut is_turn) = (starts.to_vec(), begins);
        while !boards.is_empty() {
            let squares = if is_turn {
                choose(&boards)
            } else {
                other(&boards)
            };
            let after = boards
                .iter()
                .zip(squares)
                .map(|(board, square)| board.play(square));
            let (over, open): (Vec<Board>, Vec<Board>) =
                after.partition(|board| board.result().is_some());
            is_turn = !is_turn;
            for result in over.iter().filter_map(Board::result) {
                judged.count(is_turn, result.into(), 1);
            }
            boards = open;
        }
    }
    judged
}
