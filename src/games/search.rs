//! Monte Carlo tree search, guided by whatever judges a position.

use super::Board;
use crate::Float;
use crate::tensor::{Tensor, fail::fail};

/// A move that a search thinks about, as it stands at that moment.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The mean of what was found behind it, −1 to 1, for the player who moves; 0 at first.
    pub value: Float,
    /// How probable it was thought to be before the search.
    pub prior: Float,
    /// How often the search went there.
    pub visits: Float,
    /// How often it went anywhere from this position.
    pub all: Float,
}

struct Node {
    board: Board,
    moves: Vec<usize>,
    edges: Vec<Edge>,
    children: Vec<Option<usize>>,
}

/// A tree; its first node is the position that is asked about.
struct Tree(Vec<Node>);

/// What a simulation has come to: the way there, as nodes and edges, and either the value for the
/// player whose turn it is there, or the position that has to be judged.
struct Leaf {
    way: Vec<(usize, usize)>,
    end: Result<Float, Board>,
}

impl Tree {
    /// Goes down by the highest score, until the game is over or a position is new.
    fn descend(&self, score: &dyn Fn(&Edge) -> Float) -> Leaf {
        let (mut at, mut way) = (0, Vec::new());
        loop {
            let node = &self.0[at];
            let scores: Vec<Float> = node.edges.iter().map(score).collect();
            let best = (0..scores.len())
                .rev()
                .max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
            let Some(edge) = best else {
                let value = node.board.result().unwrap_or(0.0);
                return Leaf {
                    way,
                    end: Ok(value),
                };
            };
            way.push((at, edge));
            let Some(next) = node.children[edge] else {
                let board = node.board.play(node.moves[edge]);
                let end = board.result().ok_or(board);
                return Leaf { way, end };
            };
            at = next;
        }
    }

    /// Adds a position, with what is thought of its moves.
    fn grow(&mut self, board: Board, priors: &[Float], from: Option<&(usize, usize)>) {
        let moves = board.moves();
        let all: Float = moves.iter().map(|square| priors[*square]).sum();
        let edge = |square: &usize| Edge {
            value: 0.0,
            prior: priors[*square] / all.max(1e-9),
            visits: 0.0,
            all: 0.0,
        };
        let edges: Vec<Edge> = moves.iter().map(edge).collect();
        if let Some(&(node, edge)) = from {
            self.0[node].children[edge] = Some(self.0.len());
        }
        let children = vec![None; moves.len()];
        self.0.push(Node {
            board,
            moves,
            edges,
            children,
        });
    }

    /// Takes a value back up: what is good for one player is bad for the other.
    fn credit(&mut self, way: &[(usize, usize)], mut value: Float) {
        for &(node, edge) in way.iter().rev() {
            value = -value;
            let edges = &mut self.0[node].edges;
            edges.iter_mut().for_each(|edge| edge.all += 1.0);
            let edge = &mut edges[edge];
            edge.visits += 1.0;
            edge.value += (value - edge.value) / edge.visits;
        }
    }
}

/// Thinks about positions: how often a tree search goes to each square of each board,
/// `[n, squares]`. `evaluate` judges positions: a probability for each square, `[n, squares]`, and
/// a value from −1 to 1 for the player whose turn it is, `[n]`. `score` says which move to look at
/// next: that with the highest one. All boards are thought about side by side, so that a network
/// gets many positions at once.
///
/// Panics if a game is over, or if a shape does not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// let board = games::Board::tic_tac_toe().play(0).play(3).play(1).play(4); // 2 wins
/// let ucb = |edge: &games::Edge| edge.value + (edge.all + 1.0).sqrt() / (1.0 + edge.visits);
/// let visits = games::search(&[board], 200, ucb, games::play_outs);
/// assert_eq!(visits.argmax(-1).item(), 2.0);
/// ```
#[track_caller]
pub fn search(
    boards: &[Board],
    simulations: usize,
    score: impl Fn(&Edge) -> Float,
    evaluate: impl Fn(&[Board]) -> (Tensor, Tensor),
) -> Tensor {
    thought(boards, simulations, &score, &evaluate)
}

#[track_caller]
pub(super) fn thought(
    boards: &[Board],
    simulations: usize,
    score: &dyn Fn(&Edge) -> Float,
    evaluate: &dyn Fn(&[Board]) -> (Tensor, Tensor),
) -> Tensor {
    if let Some(over) = boards.iter().find(|board| board.result().is_some()) {
        let hint = "board.result() is None while it goes on";
        fail(
            "search: the game is over",
            &[("board", &over.cells())],
            hint,
        );
    }
    let squares = boards.first().map_or(0, Board::squares);
    let (priors, _) = judged(boards, squares, evaluate);
    let mut trees: Vec<Tree> = boards.iter().map(|_| Tree(Vec::new())).collect();
    for ((tree, board), priors) in trees.iter_mut().zip(boards).zip(priors.chunks(squares)) {
        tree.grow(board.clone(), priors, None);
    }
    for _ in 0..simulations {
        let leaves: Vec<Leaf> = trees.iter().map(|tree| tree.descend(score)).collect();
        let open = leaves.iter().filter_map(|leaf| leaf.end.as_ref().err());
        let open: Vec<Board> = open.cloned().collect();
        let (priors, values) = judged(&open, squares, evaluate);
        let mut judged = priors.chunks(squares).zip(values);
        for (tree, leaf) in trees.iter_mut().zip(leaves) {
            let value = match (leaf.end, &mut judged) {
                (Ok(value), _) => value,
                (Err(board), judged) => {
                    let (priors, value) = judged.next().expect("each was judged");
                    tree.grow(board, priors, leaf.way.last());
                    value
                }
            };
            tree.credit(&leaf.way, value);
        }
    }
    let mut visits = vec![0.0; boards.len() * squares];
    for (Tree(nodes), visits) in trees.iter().zip(visits.chunks_mut(squares)) {
        for (square, edge) in nodes[0].moves.iter().zip(&nodes[0].edges) {
            visits[*square] = edge.visits;
        }
    }
    Tensor::from_vec(visits, &[boards.len(), squares])
}

/// What `evaluate` says, if there is something to judge.
#[track_caller]
fn judged(
    boards: &[Board],
    squares: usize,
    evaluate: &dyn Fn(&[Board]) -> (Tensor, Tensor),
) -> (Vec<Float>, Vec<Float>) {
    if boards.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let (priors, values) = evaluate(boards);
    if priors.shape() != [boards.len(), squares] || values.len() != boards.len() {
        let [n, priors, values] = [
            boards.len().to_string(),
            format!("{:?}", priors.shape()),
            format!("{:?}", values.shape()),
        ];
        let problem = format!("search: {n} positions were judged by {priors} and {values}");
        let hint = format!("a probability for each square, [{n}, {squares}], and a value, [{n}]");
        fail(&problem, &[], &hint);
    }
    (priors.to_vec(), values.to_vec())
}

/// Judges positions without knowing anything: all moves are equally probable, and the value is how
/// one game ends in which both play at random. For [`search`].
pub fn play_outs(boards: &[Board]) -> (Tensor, Tensor) {
    let values = boards.iter().map(|board| {
        let (mut board, mut sign) = (board.clone(), 1.0);
        loop {
            if let Some(result) = board.result() {
                return sign * result;
            }
            board = board.play_at_random();
            sign = -sign;
        }
    });
    let values: Vec<Float> = values.collect();
    let squares = boards.first().map_or(0, Board::squares);
    let priors = Tensor::full(&[boards.len(), squares], 1.0 / squares.max(1) as Float);
    (priors, Tensor::from_vec(values, &[boards.len()]))
}
