//! Games against oneself, as data to learn from.

use super::search::{Edge, thought};
use super::{Board, views};
use crate::Float;
use crate::data::Dataset;
use crate::tensor::{Tensor, random};

/// `n` positions to begin games from: from `start`, up to `most` moves at random, each number of
/// moves equally often. So one meets positions, too, that one would avoid.
pub fn openings(start: &Board, n: usize, most: usize) -> Vec<Board> {
    let one = || {
        let mut board = start.clone();
        for _ in 0..random::index(most + 1) {
            let next = board.play_at_random();
            if next.result().is_some() {
                break;
            }
            board = next;
        }
        board
    };
    (0..n).map(|_| one()).collect()
}

/// Plays games against itself from these positions to their ends, thinking about each move as
/// [`search`](super::search) does; a move is drawn as often as the search went there. What comes
/// out is data to learn from: `x` `[n, squares]`, the [`views`] of all positions, and `y`
/// `[n, squares + 1]`, the share of the visits that each square got, and how the game ended for the
/// player whose turn it was.
///
/// ```
/// # use chainrule::prelude::*;
/// let puct = |edge: &games::Edge| {
///     edge.value + edge.prior * (1.0 + edge.all).sqrt() / (1.0 + edge.visits)
/// };
/// let starts = games::openings(&games::Board::tic_tac_toe(), 4, 3);
/// let played = games::self_play(&starts, 20, puct, games::play_outs);
/// assert_eq!(played.y.shape(), [played.len(), 10]);
/// ```
#[track_caller]
pub fn self_play(
    starts: &[Board],
    simulations: usize,
    score: impl Fn(&Edge) -> Float,
    evaluate: impl Fn(&[Board]) -> (Tensor, Tensor),
) -> Dataset {
    let mut games: Vec<Vec<Board>> = starts.iter().map(|start| vec![start.clone()]).collect();
    let mut shares: Vec<Vec<Float>> = vec![Vec::new(); games.len()];
    let now = |games: &[Vec<Board>], k: usize| games[k][games[k].len() - 1].clone();
    loop {
        let is_open = |k: &usize| now(&games, *k).result().is_none();
        let open: Vec<usize> = (0..games.len()).filter(is_open).collect();
        if open.is_empty() {
            break;
        }
        let boards: Vec<Board> = open.iter().map(|k| now(&games, *k)).collect();
        let visits = thought(&boards, simulations, &score, &evaluate).to_vec();
        let each = visits.chunks(boards[0].squares());
        for ((k, board), visits) in open.into_iter().zip(boards).zip(each) {
            let all: Float = visits.iter().sum();
            games[k].push(board.play(drawn(visits)));
            shares[k].extend(visits.iter().map(|count| count / all));
        }
    }
    let squares = starts.first().map_or(0, Board::squares);
    let (mut positions, mut y) = (Vec::new(), Vec::new());
    for (game, shares) in games.into_iter().zip(shares) {
        let mut result = game.last().and_then(Board::result).unwrap_or(0.0);
        let mut rows: Vec<Vec<Float>> = shares.chunks(squares).map(<[Float]>::to_vec).collect();
        for row in rows.iter_mut().rev() {
            result = 0.0 - result; // and a draw stays 0, not −0
            row.push(result);
        }
        y.extend(rows.concat());
        positions.extend_from_slice(&game[..game.len() - 1]);
    }
    let y = Tensor::from_vec(y, &[positions.len(), squares + 1]);
    Dataset::new(&views(&positions), &y)
}

/// A square, as often as it was visited.
fn drawn(visits: &[Float]) -> usize {
    let mut rest = random::uniform() * visits.iter().sum::<Float>();
    let hit = visits.iter().position(|count| {
        rest -= count;
        rest < 0.0
    });
    hit.or(visits.iter().rposition(|count| *count > 0.0))
        .unwrap_or(0)
}
