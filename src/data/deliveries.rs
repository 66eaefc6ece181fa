//! A table whose rules are known.

use super::Dataset;
use super::planar::at_least;
use crate::Float;
use crate::tensor::{Tensor, random::uniform};

/// What is known of an order when it comes in.
const COLUMNS: [&str; 12] = [
    "distance",
    "rain",
    "hour",
    "dishes",
    "floor",
    "lift",
    "weeks",
    "price",
    "temperature",
    "battery",
    "weekday",
    "number",
];

/// `n` orders of meals, `[n, 12]`, of which about half come "late", class 1; the others are "in
/// time". The columns, in their own units: distance in metres, rain in millimetres an hour, hour of
/// the day, dishes, floor, whether there is a lift, weeks that the rider has been at it, price,
/// temperature, battery of the rider's telephone in per cent, weekday, last digit of the order.
///
/// The rules are those of a kitchen. Far away (over 3,500 m) an order is late in rain of more than
/// 3 mm, with a rider of fewer than 8 weeks, or at rush hour (11:30 to 13:00, 17:30 to 19:30).
/// Near, on a floor above the sixth without a lift, it is late with more than three dishes;
/// otherwise with more than six at rush hour. Five columns have nothing to do with it. A tenth of
/// the labels are then turned round at random: nobody can be right more often than 90 times in 100.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let orders = data::deliveries(500);
/// assert_eq!((orders.x.shape(), orders.columns[0].as_str()), ([500, 12].as_slice(), "distance"));
/// ```
#[track_caller]
pub fn deliveries(n: usize) -> Dataset {
    at_least("deliveries", n, 1, "examples");
    let (mut x, mut y) = (Vec::with_capacity(12 * n), Vec::with_capacity(n));
    for _ in 0..n {
        let order = order();
        x.extend(order);
        y.push(Float::from(is_late(order) != (uniform() < 0.1)));
    }
    Dataset {
        x: Tensor::from_vec(x, &[n, 12]),
        y: Tensor::from_vec(y, &[n]),
        classes: ["in time", "late"].map(str::to_owned).to_vec(),
        columns: COLUMNS.map(str::to_owned).to_vec(),
    }
}

fn order() -> [Float; 12] {
    let between = |low: Float, high: Float| low + (high - low) * uniform();
    let whole = |low: Float, high: Float| between(low, high + 1.0).floor();
    let is_dry = uniform() < 0.5;
    [
        between(200.0, 6000.0).round(),
        if is_dry { 0.0 } else { between(0.0, 12.0) },
        between(10.0, 22.0),
        whole(1.0, 12.0),
        whole(1.0, 30.0),
        whole(0.0, 1.0),
        whole(0.0, 59.0),
        between(15.0, 200.0).round(),
        between(-5.0, 36.0).round(),
        whole(5.0, 100.0),
        whole(1.0, 7.0),
        whole(0.0, 9.0),
    ]
}

fn is_late([distance, rain, hour, dishes, floor, lift, weeks, ..]: [Float; 12]) -> bool {
    let is_rush = (11.5..13.0).contains(&hour) || (17.5..19.5).contains(&hour);
    if distance > 3500.0 {
        rain > 3.0 || weeks < 8.0 || is_rush
    } else if floor > 6.0 && lift == 0.0 {
        dishes > 3.0
    } else {
        is_rush && dishes > 6.0
    }
}
