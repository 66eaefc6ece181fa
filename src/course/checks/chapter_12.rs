//! The exercises of chapter 12, counting and meaning: perplexities by hand, what a temperature
//! does, and how wide a window has to be.

use super::measures::ENTROPY;
use crate::course::answer::{Answer, Verdict};
use crate::data::sentences;
use crate::model::Sequential;
use crate::nn::{Loss, SparseCategoricalCrossentropy};
use crate::tensor::random::seed;

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, answer, &answer.numbers()[..]) {
        ("12.A", _, &[coin, bent, die]) => perplexities([coin, bent, die]),
        ("12.B", Answer::Model(model), _) => window(model),
        ("12.I1" | "12.I2" | "12.I3", _, &[temperature]) => heated(id, temperature),
        _ => ("kind", Vec::new()),
    }
}

/// The perplexities of a coin, of one that shows heads nine times of ten, and of a die.
fn perplexities(given: [f64; 3]) -> Verdict {
    let bent: f64 = -0.9 * 0.9f64.ln() - 0.1 * 0.1f64.ln();
    let nats = [2f64.ln(), bent, 6f64.ln()];
    let known = [
        ("passed", nats.map(f64::exp)),
        ("nats", nats),
        ("bits", nats.map(|nats| nats / 2f64.ln())),
        ("sides", [2.0, 2.0, 6.0]),
        ("likeliest", [2.0, 1.0 / 0.9, 6.0]),
    ];
    let is = |asked: &[f64; 3]| asked.iter().zip(given).all(|(a, b)| (a - b).abs() < 0.011);
    let found = known.iter().find(|(_, asked)| is(asked));
    let name = found.map_or("other", |(name, _)| name);
    (name, given.map(|number| number.to_string()).to_vec())
}

/// What a temperature makes of the probabilities 0.6, 0.3 and 0.1.
fn heated(id: &str, temperature: f64) -> Verdict {
    if temperature <= 0.0 {
        return ("none", vec![temperature.to_string()]);
    }
    let scores = [0.6f64, 0.3, 0.1].map(|p| p.powf(1.0 / temperature));
    let [most, _, least] = scores.map(|score| score / scores.iter().sum::<f64>());
    let name = match id {
        "12.I1" if (temperature - 1.0).abs() < 0.03 => "passed",
        "12.I2" if most >= 0.95 => "passed",
        "12.I3" if least >= 0.2 => "passed",
        "12.I2" if temperature < 1.0 => "near",
        "12.I3" if temperature > 1.0 => "near",
        _ if temperature < 1.0 => "colder",
        _ => "hotter",
    };
    let percents = [most, least].map(|share| format!("{:.0}%", 100.0 * share));
    (
        name,
        [vec![temperature.to_string()], percents.to_vec()].concat(),
    )
}

/// A network that reads some letters and says which comes next: how far it is above the entropy,
/// on sentences that it has not seen.
fn window(model: &Sequential) -> Verdict {
    let parameters = model.parameters();
    let (Some([_, features]), Some([inputs, _])) = (
        parameters.first().map(|table| table.shape()),
        parameters.get(1).map(|weight| weight.shape()),
    ) else {
        return ("kind", Vec::new());
    };
    let width = inputs / features;
    seed(112);
    let exam = sentences(400).windows(width.max(1));
    let y = exam.y.slice(1, width.max(1) - 1..width.max(1)).squeeze(1);
    let loss = SparseCategoricalCrossentropy::new().loss(&model.predict(&exam.x), &y);
    let above = f64::from(loss.item()) - ENTROPY;
    let name = match above {
        _ if width <= 2 => "open",
        ..=0.05 => "passed",
        1.0.. => "untrained",
        _ if width > 20 => "wide",
        _ => "narrow",
    };
    (name, vec![width.to_string(), format!("{above:.3}")])
}
