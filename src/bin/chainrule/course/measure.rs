//! What a chapter claims, measured with other random numbers than those it shows: a threshold has
//! to hold for whoever changes the seed.

use chainrule::course::MIME;
use serde_json::Value;

/// A statement, and how it came out with each family of random numbers.
pub struct Measured {
    pub name: String,
    least: Option<f64>,
    most: Option<f64>,
    values: Vec<f64>,
}

impl Measured {
    /// How far inside what is claimed a value lies; negative outside, also for what is no number.
    fn margin(&self, value: f64) -> f64 {
        let below = self.least.map_or(f64::INFINITY, |least| value - least);
        let above = self.most.map_or(f64::INFINITY, |most| most - value);
        if value.is_nan() {
            f64::NEG_INFINITY
        } else {
            below.min(above)
        }
    }

    /// The value that comes closest to breaking the claim, or breaks it most.
    pub fn worst(&self) -> f64 {
        let by_margin = |a: &&f64, b: &&f64| self.margin(**a).total_cmp(&self.margin(**b));
        self.values
            .iter()
            .min_by(by_margin)
            .copied()
            .unwrap_or(f64::NAN)
    }

    pub fn median(&self) -> f64 {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = ((sorted.len() - 1) / 2, sorted.len() / 2);
        f64::midpoint(sorted[low], sorted[high])
    }

    pub fn holds(&self) -> bool {
        self.margin(self.worst()) >= 0.0
    }

    /// What is claimed, as in `≥ 0.985`.
    pub fn claimed(&self) -> String {
        match (self.least, self.most) {
            (Some(least), Some(most)) => format!("{least:.4} … {most:.4}"),
            (Some(least), None) => format!("≥ {least:.4}"),
            (None, Some(most)) => format!("≤ {most:.4}"),
            (None, None) => String::new(),
        }
    }
}

/// Gathers the claims of a notebook's cells, in their order. Of those with one name each has its
/// place: the second of a run belongs to the second of the run before.
pub fn add(measured: &mut Vec<Measured>, cells: &[Value]) {
    let outputs = cells
        .iter()
        .flat_map(|cell| cell["outputs"].as_array().into_iter().flatten());
    let told = outputs.map(|output| &output["data"][MIME]);
    let mut taken = vec![false; measured.len()];
    for claim in told.filter(|told| told["kind"] == "claim") {
        let name = claim["id"].as_str().unwrap_or_default();
        let at = (0..taken.len()).find(|&at| !taken[at] && measured[at].name == name);
        let at = at.unwrap_or_else(|| {
            measured.push(Measured {
                name: name.to_owned(),
                least: claim["bounds"][0].as_f64(),
                most: claim["bounds"][1].as_f64(),
                values: Vec::new(),
            });
            taken.push(false);
            taken.len() - 1
        });
        taken[at] = true;
        measured[at]
            .values
            .push(claim["value"].as_f64().unwrap_or(f64::NAN));
    }
}
