//! The rules: who may put a stone where, and who has won.

use crate::Float;
use crate::tensor::{Tensor, fail::fail, random};

/// A position of a game in which two players in turn put a stone, and the first who has a row of
/// his own wins: tic-tac-toe, connect-four and their kind. Squares are numbered row by row, from 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let board = games::Board::tic_tac_toe().play(4).play(0);
/// assert_eq!(board.moves(), [1, 2, 3, 5, 6, 7, 8]);
/// assert_eq!(board.result(), None);
/// show(&plot::board(&board.cells(), None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Board {
    rows: usize,
    columns: usize,
    in_a_row: usize,
    falls: bool,
    stones: Vec<i8>,
}

impl Board {
    /// The empty board of tic-tac-toe: three in a row on 3 × 3.
    pub fn tic_tac_toe() -> Board {
        Board::new(3, 3, 3, false)
    }

    /// An empty upright board, on which a stone falls down to the lowest free square of its column;
    /// `in_a_row` stones in a row win. Connect-four is `connect(6, 7, 4)`.
    pub fn connect(rows: usize, columns: usize, in_a_row: usize) -> Board {
        Board::new(rows, columns, in_a_row, true)
    }

    fn new(rows: usize, columns: usize, in_a_row: usize, falls: bool) -> Board {
        Board {
            rows,
            columns,
            in_a_row,
            falls,
            stones: vec![0; rows * columns],
        }
    }

    /// The squares on which a stone can be put; none once the game is over.
    pub fn moves(&self) -> Vec<usize> {
        if self.result().is_some() {
            return Vec::new();
        }
        let is_move = |square: &usize| self.is_free(*square);
        (0..self.stones.len()).filter(is_move).collect()
    }

    fn is_free(&self, square: usize) -> bool {
        let below = self.stones.get(square + self.columns);
        self.stones[square] == 0 && !(self.falls && below == Some(&0))
    }

    /// The position after the player whose turn it is has put a stone on a square.
    ///
    /// Panics if that is not allowed.
    #[track_caller]
    pub fn play(&self, square: usize) -> Board {
        if self.result().is_some() || square >= self.stones.len() || !self.is_free(square) {
            let problem = match self.result() {
                Some(_) => format!("play: square {square}, but the game is over"),
                None => format!("play: a stone cannot be put on square {square}"),
            };
            let hint = format!("what is allowed: board.moves(), here {:?}", self.moves());
            fail(&problem, &[("board", &self.cells())], &hint);
        }
        let mut next = self.clone();
        next.stones[square] = 1;
        next.stones.iter_mut().for_each(|stone| *stone = -*stone);
        next
    }

    /// The position after a move that is drawn at random; the game must not be over.
    pub(super) fn play_at_random(&self) -> Board {
        let moves = self.moves();
        self.play(moves[random::index(moves.len())])
    }

    /// How it has ended for the player whose turn it would be: −1 if the other has a row, 0 if the
    /// board is full; `None` while it goes on.
    pub fn result(&self) -> Option<Float> {
        let (rows, columns) = (self.rows as isize, self.columns as isize);
        let is_other = |row: isize, column: isize| {
            (0..rows).contains(&row)
                && (0..columns).contains(&column)
                && self.stones[(row * columns + column) as usize] == -1
        };
        let has_row = |at: isize| {
            let (row, column) = (at / columns, at % columns);
            [(0, 1), (1, 0), (1, 1), (1, -1)]
                .iter()
                .any(|(down, right)| {
                    (0..self.in_a_row as isize)
                        .all(|k| is_other(row + k * down, column + k * right))
                })
        };
        if (0..rows * columns).any(has_row) {
            Some(-1.0)
        } else {
            (!self.stones.contains(&0)).then_some(0.0)
        }
    }

    /// How many stones are on the board. The first player's turn it is when the number is even.
    pub fn stones(&self) -> usize {
        self.stones.iter().filter(|stone| **stone != 0).count()
    }

    /// How many squares it has.
    pub fn squares(&self) -> usize {
        self.stones.len()
    }

    /// The board for [`plot::board`](crate::plot::board), `[rows, columns]`: 1 is the first player,
    /// whoever's turn it is.
    pub fn cells(&self) -> Tensor {
        let first = if self.stones().is_multiple_of(2) {
            1
        } else {
            -1
        };
        let cells = self.stones.iter().map(|stone| Float::from(first * stone));
        Tensor::from_vec(cells.collect(), &[self.rows, self.columns])
    }
}

/// Positions for a network, `[n, squares]`: 1 where the player whose turn it is has a stone, −1
/// where the other has.
///
/// ```
/// # use chainrule::prelude::*;
/// let board = games::Board::tic_tac_toe().play(4);
/// assert_eq!(games::views(&[board]).to_vec(), [0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0]);
/// ```
pub fn views(boards: &[Board]) -> Tensor {
    let squares = boards.first().map_or(0, Board::squares);
    let stones = boards.iter().flat_map(|board| &board.stones);
    let values = stones.map(|stone| Float::from(*stone)).collect();
    Tensor::from_vec(values, &[boards.len(), squares])
}
