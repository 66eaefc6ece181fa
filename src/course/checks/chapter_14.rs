//! The exercises of chapter 14, playing: a position of tic-tac-toe in which two kinds of moves
//! differ, UCB by hand, and a player that knows all of the game.

use crate::course::answer::{Answer, Verdict};
use crate::games::{Board, judge as judged_by_all};

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, &answer.numbers()[..]) {
        ("14.A", &[a, b, c]) => by_hand([a, b, c]),
        ("14.B", &[won, drawn, lost]) => player([won, drawn, lost]),
        ("14.I1" | "14.I3", &[square]) if square >= 0.0 => reply(id, square as usize),
        ("14.I2", &[count]) => losing(count),
        _ => ("kind", Vec::new()),
    }
}

/// What a position is worth to the player whose turn it is, by trying everything.
fn worth(board: &Board) -> i8 {
    match board.result() {
        Some(result) => result as i8,
        None => {
            let moves = board.moves().into_iter();
            moves
                .map(|square| -worth(&board.play(square)))
                .fold(-1, i8::max)
        }
    }
}

/// X in two corners, O in the middle, and O to move.
fn trap() -> Board {
    Board::tic_tac_toe().play(0).play(4).play(8)
}

/// 14.I1 wants a move of O that loses; 14.I3, after O has moved to square 2, one of X that wins.
fn reply(id: &str, square: usize) -> Verdict {
    let board = if id == "14.I1" {
        trap()
    } else {
        trap().play(2)
    };
    let wanted = if id == "14.I1" { 1 } else { -1 };
    let name = match board.moves().contains(&square) {
        false => "taken",
        true if worth(&board.play(square)) == wanted => "passed",
        true if id == "14.I1" => "draws",
        true => "misses",
    };
    (name, vec![square.to_string()])
}

fn losing(count: f64) -> Verdict {
    let moves = trap().moves();
    let lost = moves
        .iter()
        .filter(|square| worth(&trap().play(**square)) == 1)
        .count();
    let name = match count {
        count if count == lost as f64 => "passed",
        count if count == (moves.len() - lost) as f64 => "draws",
        count if count == moves.len() as f64 => "all",
        _ => "other",
    };
    (name, vec![count.to_string()])
}

/// The scores of three machines with 6 of 10, 2 of 4 and 1 of 1, and what is mistaken for them.
fn by_hand(given: [f64; 3]) -> Verdict {
    type Score = fn(f64, f64) -> f64;
    const SCORES: [(&str, Score); 6] = [
        ("passed", |mean, n| mean + (2.0 * 15f64.ln() / n).sqrt()),
        ("means", |mean, _| mean),
        ("root", |mean, n| mean + 2.0 * 15f64.ln() / n),
        ("decimal", |mean, n| mean + (2.0 * 15f64.log10() / n).sqrt()),
        ("bonus", |_, n| (2.0 * 15f64.ln() / n).sqrt()),
        ("two", |mean, n| mean + (15f64.ln() / n).sqrt()),
    ];
    let machines = [(0.6, 10.0), (0.5, 4.0), (1.0, 1.0)];
    let is = |score: Score| {
        let pairs = machines.iter().zip(given);
        pairs
            .into_iter()
            .all(|((mean, n), given)| (score(*mean, *n) - given).abs() < 0.011)
    };
    let found = SCORES.iter().find(|(_, score)| is(*score));
    let name = found.map_or("other", |(name, _)| name);
    (name, given.map(|score| score.to_string()).to_vec())
}

/// How a player did in all lines of play: won, drawn, lost.
fn player(counts @ [won, drawn, lost]: [f64; 3]) -> Verdict {
    let first_free = |boards: &[Board]| boards.iter().map(|board| board.moves()[0]).collect();
    let begun = judged_by_all(&Board::tic_tac_toe(), first_free);
    let name = match [won, drawn, lost].map(|count| count as usize) {
        counts if counts == [begun.won, begun.drawn, begun.lost] => "open",
        [won, drawn, lost] if won + drawn + lost < 300 => "kind",
        [_, _, 0] => "passed",
        [won, _, lost] if lost > won => "sign",
        _ => "loses",
    };
    (name, counts.map(|count| count.to_string()).to_vec())
}
