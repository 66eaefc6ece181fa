//! The exercises of chapter 2, numbers in boxes.

use crate::Float;
use crate::course::answer::{Answer, Verdict};
use crate::data::digits;
use crate::tensor::{Tensor, random::seed, tensor};

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, &answer.numbers()[..]) {
        ("2.A", gaps) if gaps.len() == GAPS.len() => shapes(gaps),
        ("2.B", table) if table.len() == 300 => standardised(table),
        ("2.I1" | "2.I2", &[count]) if count < 1.0 => ("none", vec!["0".into(), "–".into()]),
        ("2.I1" | "2.I2", &[count]) if count > 300.0 => ("many", vec!["> 300".into(), "–".into()]),
        ("2.I1" | "2.I2", &[count]) => averages(id, count as usize),
        ("2.I3", &[8.0]) => ("passed", vec!["8".into()]),
        ("2.I3", &[digit]) if (0.0..=9.0).contains(&digit) => ("pale", vec![digit.to_string()]),
        ("2.I3", &[digit]) => ("digit", vec![digit.to_string()]),
        _ => ("kind", Vec::new()),
    }
}

/// What belongs into each gap, and the mistake if something else stands there.
const GAPS: [f64; 10] = [32., 10., 784., 32., 10., 784., 28., 32., 10., 28.];
const MISTAKES: &str = "inner inner axis axis turned turned side stretch stretch twice passed";

fn shapes(gaps: &[f64]) -> Verdict {
    let right = gaps.iter().zip(GAPS).take_while(|(a, b)| *a == b).count();
    let name = match gaps.iter().all(|gap| *gap == 0.0) {
        true => "open",
        false => MISTAKES.split(' ').nth(right).unwrap_or("kind"),
    };
    (name, vec![right.to_string()])
}

/// The table of the exercise, standardised, or done so in one of the ways that many try.
fn standardised(given: &[f64]) -> Verdict {
    seed(20);
    let table = Tensor::randn(&[100, 3]) * tensor([9.0, 12.0, 0.5]) + tensor([170.0, 65.0, 2.0]);
    let (mean, deviation) = (table.mean_axis(0, true), table.std_axis(0, true));
    let (centred, of_row) = (&table - &mean, table.mean_axis(1, true));
    let ways = [
        ("passed", &centred / &deviation),
        ("open", table.clone()),
        ("variance", &centred / deviation.square()),
        ("centred", centred),
        ("moved", &table / &deviation),
        ("whole", (&table - table.mean()) / table.std()),
        ("rows", (&table - of_row) / table.std_axis(1, true)),
    ];
    let is_near = |(a, b): (&Float, &f64)| (f64::from(*a) - b).abs() < 0.03;
    let is_it = |way: &Tensor| way.to_vec().iter().zip(given).all(is_near);
    let found = ways.iter().find(|(_, way)| is_it(way));
    let first = given.iter().step_by(3).sum::<f64>() / 100.0;
    let name = found.map_or("other", |(name, _)| name);
    (name, vec![format!("{first:.2}")])
}

/// The share of digits that averages of so many pictures read, over three draws.
fn averages(id: &str, count: usize) -> Verdict {
    let one = |number| {
        seed(number);
        let (pile, exam) = (digits(4_000), digits(1_000));
        let labels = &pile.y.to_vec();
        let rows = |digit: usize| {
            (0..pile.len())
                .filter(move |k| labels[*k] == digit as Float)
                .take(count)
        };
        let mean = |digit| {
            pile.x
                .select_rows(&rows(digit).collect::<Vec<_>>())
                .mean_axis(0, true)
        };
        let means = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(mean);
        let means = Tensor::concat(&means.each_ref(), 0);
        let far = means.square().sum_axis(1, false) - 2.0 * exam.x.matmul(&means.t());
        f64::from(far.argmin(1).eq(&exam.y).mean().item())
    };
    let right = [1, 2, 3].map(one).iter().sum::<f64>() / 3.0;
    let name = match id {
        "2.I1" if right < 0.76 => "few",
        "2.I2" if right >= 0.6 => "enough",
        _ => "passed",
    };
    let percent = format!("{:.1} %", 100.0 * right);
    (name, vec![count.to_string(), percent])
}
