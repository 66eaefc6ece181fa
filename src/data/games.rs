//! A game that is known to its end.

use super::Dataset;
use crate::Float;
use crate::tensor::Tensor;
use std::collections::BTreeMap;

/// All 4,520 positions of tic-tac-toe in which a move is to be made, with how the game ends if both
/// play as well as they can. `x` is `[4520, 9]`: 1 where the player whose turn it is stands, −1
/// where the other does, 0 where nobody does, row by row; `y` is what that player gets: "loss" 0,
/// "draw" 1, "win" 2.
///
/// ```
/// # use chainrule::prelude::*;
/// let game = data::tic_tac_toe();
/// assert_eq!(game.classes[game.y.get(&[0]) as usize], "draw"); // the empty board comes first
/// plot::board(&game.x.slice(0, 40..41).reshape(&[3, 3]), None)
/// # ;
/// ```
pub fn tic_tac_toe() -> Dataset {
    let mut known = BTreeMap::new();
    explore([0; 9], &mut known);
    // Fewest stones first, then in a fixed order.
    let mut positions: Vec<([i8; 9], i8)> = known.into_iter().collect();
    positions.sort_by_key(|(board, _)| (board.iter().filter(|stone| **stone != 0).count(), *board));
    let n = positions.len();
    let x = positions
        .iter()
        .flat_map(|(board, _)| board.iter().map(|stone| Float::from(*stone)))
        .collect();
    let y = positions
        .iter()
        .map(|(_, outcome)| Float::from(*outcome + 1))
        .collect();
    let classes = ["loss", "draw", "win"].map(str::to_owned).to_vec();
    Dataset {
        x: Tensor::from_vec(x, &[n, 9]),
        y: Tensor::from_vec(y, &[n]),
        classes,
        columns: Vec::new(),
    }
}

/// What the player whose turn it is gets, 1, 0 or −1: the best of what the moves lead to, seen from
/// the other side (minimax). Notes it for all positions on the way.
fn explore(board: [i8; 9], known: &mut BTreeMap<[i8; 9], i8>) -> i8 {
    const LINES: [[usize; 3]; 8] = [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [0, 3, 6],
        [1, 4, 7],
        [2, 5, 8],
        [0, 4, 8],
        [2, 4, 6],
    ];
    if LINES
        .iter()
        .any(|line| line.iter().all(|&square| board[square] == -1))
    {
        return -1; // the other has just won
    }
    if !board.contains(&0) {
        return 0;
    }
    if let Some(outcome) = known.get(&board) {
        return *outcome;
    }
    let mut best = -1;
    for square in (0..9).filter(|&square| board[square] == 0) {
        let mut next = board;
        next[square] = 1;
        best = best.max(-explore(next.map(|stone| -stone), known));
    }
    known.insert(board, best);
    best
}
