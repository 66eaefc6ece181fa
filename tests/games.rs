//! Games on a board: rules, search and judge, against what is known of tic-tac-toe.

use chainrule::games::{self, Board, Edge, Judged};
use chainrule::prelude::*;
use std::collections::BTreeMap;

fn worth(board: &Board, known: &mut BTreeMap<Board, i8>) -> i8 {
    if let Some(worth) = known.get(board) {
        return *worth;
    }
    let worth = match board.result() {
        Some(result) => result as i8,
        None => {
            let after = |square| -worth(&board.play(square), known);
            board.moves().into_iter().map(after).fold(-1, i8::max)
        }
    };
    known.insert(board.clone(), worth);
    worth
}

fn ucb(edge: &Edge) -> Float {
    edge.value + (2.0 * (edge.all + 1.0).ln() / (edge.visits + 1e-3)).sqrt()
}

fn chosen(visits: &Tensor) -> Vec<usize> {
    let best = visits.argmax(-1).to_vec();
    best.into_iter().map(|square| square as usize).collect()
}

#[test]
fn rules_and_results_are_those_of_the_table_of_all_positions() {
    let mut known = BTreeMap::new();
    assert_eq!(worth(&Board::tic_tac_toe(), &mut known), 0);
    let table = data::tic_tac_toe();
    let rows =
        |x: &Tensor| -> Vec<Vec<Float>> { x.to_vec().chunks(9).map(<[Float]>::to_vec).collect() };
    let mut expected: Vec<_> = rows(&table.x).into_iter().zip(table.y.to_vec()).collect();
    let open = known.iter().filter(|(board, _)| board.result().is_none());
    let mut found: Vec<_> = open
        .map(|(board, worth)| {
            let view = games::views(std::slice::from_ref(board)).to_vec();
            (view, Float::from(*worth) + 1.0)
        })
        .collect();
    expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
    found.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(found, expected);
}

#[test]
fn stones_fall_and_rows_are_found_in_all_directions() {
    let board = Board::connect(3, 4, 3);
    assert_eq!(board.moves(), [8, 9, 10, 11]);
    let board = board.play(8);
    assert_eq!(board.moves(), [4, 9, 10, 11]);
    for (moves, result) in [
        (vec![8, 4, 9, 5, 10], Some(-1.0)),        // level
        (vec![8, 9, 4, 5, 0], Some(-1.0)),         // upright
        (vec![8, 9, 5, 10, 11, 6, 2], Some(-1.0)), // up to the right
        (vec![11, 10, 6, 9, 8, 5, 1], Some(-1.0)), // up to the left
        (vec![8, 9, 10, 11], None),
    ] {
        let end = moves
            .iter()
            .fold(Board::connect(3, 4, 3), |board, square| board.play(*square));
        assert_eq!(end.result(), result, "{moves:?}");
        assert_eq!(end.moves().is_empty(), result.is_some());
    }
    // Not around the edge: 1, 2 and 3 are neighbours in memory only.
    let level = Board::tic_tac_toe().play(1).play(0).play(2).play(8).play(3);
    assert_eq!(level.result(), None);
}

#[test]
fn what_is_not_allowed_is_told_with_what_is() {
    let message = |call: fn() -> Board| {
        let error = std::panic::catch_unwind(call).unwrap_err();
        error.downcast_ref::<String>().unwrap().clone()
    };
    let taken = message(|| Board::tic_tac_toe().play(4).play(4));
    assert!(
        taken.contains("cannot be put on square 4") && taken.contains("[0, 1, 2, 3, 5"),
        "{taken}"
    );
    let floats = message(|| Board::connect(3, 4, 3).play(0));
    assert!(
        floats.contains("square 0") && floats.contains("[8, 9, 10, 11]"),
        "{floats}"
    );
    assert!(message(|| Board::tic_tac_toe().play(9)).contains("square 9"));
    let over = message(|| {
        [0, 3, 1, 4, 2, 5]
            .iter()
            .fold(Board::tic_tac_toe(), |b, s| b.play(*s))
    });
    assert!(over.contains("the game is over"), "{over}");
}

#[test]
fn the_judge_tries_everything() {
    let mut known = BTreeMap::new();
    worth(&Board::tic_tac_toe(), &mut known);
    let play = |boards: &[Board], sign: i8| -> Vec<usize> {
        let best = |board: &Board| {
            let moves = board.moves().into_iter();
            moves
                .min_by_key(|square| sign * known[&board.play(*square)])
                .unwrap()
        };
        boards.iter().map(best).collect()
    };
    let start = Board::tic_tac_toe();
    let perfect = games::judge(&start, |boards| play(boards, 1));
    assert!(
        perfect.lost == 0 && perfect.won > 0 && perfect.drawn > 0,
        "{perfect:?}"
    );
    let worst = games::judge(&start, |boards| play(boards, -1));
    assert!(worst.lost > worst.won, "{worst:?}");
    let both = games::match_of(&[start], |b| play(b, 1), |b| play(b, 1));
    assert_eq!(
        both,
        Judged {
            won: 0,
            drawn: 2,
            lost: 0
        }
    );
}

#[test]
fn more_search_loses_less_and_the_same_seed_plays_the_same() {
    let lost = |simulations: usize| {
        seed(3);
        let search =
            |boards: &[Board]| chosen(&games::search(boards, simulations, ucb, games::play_outs));
        games::judge(&Board::tic_tac_toe(), search).lost
    };
    let (few, many) = (lost(20), lost(400));
    assert!(few > 2 * many && few == lost(20), "{few} {many}");
    seed(4);
    let starts = games::openings(&Board::tic_tac_toe(), 12, 5);
    assert!(
        starts
            .iter()
            .all(|board| board.result().is_none() && board.stones() <= 5)
    );
    let played = games::self_play(&starts, 10, ucb, games::play_outs);
    let shares = played.y.slice(1, 0..9).sum_axis(1, false);
    assert!((shares - 1.0).abs().max().item() < 1e-5);
    // A move to a square that is taken is never learnt.
    assert_eq!((played.x.abs() * played.y.slice(1, 0..9)).sum().item(), 0.0);
    assert!(played.y.slice(1, 9..10).abs().max().item() <= 1.0);
}
