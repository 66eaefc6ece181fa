//! Pictures: curves, points, boundaries, images, matrices, landscapes, and the live view of a training run.
//!
//! Every function returns a [`Figure`], which a cell shows when it is the last expression. A figure is SVG with axes that
//! stay sharp; what is dense (the field of a decision boundary, digits) is a small PNG inside it. It brings its own light
//! background, so that it can be read on a dark page; classes differ in shape and curves in dashes, not in colour
//! alone; and it has a text alternative for terminals, tests and screen readers.
//!
//! Axes and marks are drawn by plotters. Not here: how a picture reaches the notebook ([`display`](crate::display)), and
//! drawings of computation graphs ([`draw_graph`](crate::autograd)).
//!
//! ```
//! # use chainrule::prelude::*;
//! plot::curves(&[("train", &[2.3, 0.9, 0.4]), ("validation", &[2.3, 1.1, 0.8])]).x_label("epoch").y_label("loss")
//! # ;
//! ```

// Casts between Float and f64 do nothing when they are the same.
#![cfg_attr(feature = "f64", allow(clippy::unnecessary_cast))]

mod curves;
mod figure;
mod images;
mod landscape;
mod live;
mod matrices;
mod palette;
mod points;
mod raster;
mod series;
mod values;

pub use curves::{bars, curve, curves, function, functions, histogram, lines};
pub use figure::Figure;
pub use images::{image_grid, images};
pub use landscape::contour_path;
pub use live::{EpochRow, Live};
pub use matrices::{confusion, heatmap};
pub use points::{decision_boundary, scatter};
pub use values::{Points, Values};
