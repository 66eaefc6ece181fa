//! Pictures: what data looks like, how a training run goes, what is inside a network and what it
//! makes of its inputs.
//!
//! | to see | |
//! |---|---|
//! | numbers and functions | [`curve`] [`curves`] [`lines`] [`function`] [`functions`] [`bars`] [`histogram`] [`heatmap`] |
//! | data | [`scatter`] [`images`] [`wave`] [`spectrogram`] [`sound`] [`board`] |
//! | how good a network is | [`decision_boundary`] [`image_grid`] [`mistakes`] [`confusion`] [`roc`] |
//! | what is inside it | [`draw_graph`] [`profile`] [`network`] [`neurons`] [`histograms`] [`weights`] [`gradients`] [`filters`] [`attention`] [`embedding`] |
//! | what it looks at, what it expects | [`saliency`] [`probabilities`] |
//! | how far it is, and how it learns | [`progress`] [`Live`] [`contour_path`] [`loss_landscape`] [`loss_section`] [`scaling`] |
//! | several at once, something that changes | [`side_by_side`]; [`frames`]: a slider over any of these |
//!
//! Every function returns a [`Figure`], which a cell shows when it is the last expression. A figure
//! is SVG with axes that stay sharp; what is dense (the field of a decision boundary, digits) is a
//! small PNG inside it. It brings its own light background, so that it can be read on a dark page;
//! classes differ in shape and curves in dashes, not in colour alone; and it has a text alternative
//! for terminals, tests and screen readers.
//!
//! Axes and marks are drawn by plotters: as SVG, or for [`Figure::png`] as outlines that
//! `pixels.rs` fills. Not here: how a picture reaches the notebook ([`display`](crate::display)).
//!
//! ```
//! # use chainrule::prelude::*;
//! let losses = [("train", &[2.3, 0.9, 0.4]), ("validation", &[2.3, 1.1, 0.8])];
//! plot::curves(&losses).x_label("epoch").y_label("loss")
//! # ;
//! ```

// Casts between Float and f64 do nothing when they are the same.
#![cfg_attr(feature = "f64", allow(clippy::unnecessary_cast))]

mod axes;
mod canvas;
mod canvas_layers;
mod contours;
mod curves;
mod figure;
mod fonts;
mod frames;
mod game;
mod graph;
mod graph_picture;
mod graph_shapes;
mod header;
mod images;
mod kinds;
mod landscape;
mod layers;
mod letters;
mod list;
mod live;
mod matrices;
mod outlines;
mod output;
mod palette;
mod parts;
mod pixels;
mod points;
mod profile;
mod progress;
mod quality;
mod raster;
mod rows;
mod series;
mod sound;
mod surroundings;
mod svg;
mod text;
mod units;
mod values;
mod words;

pub use curves::{bars, curve, curves, function, functions, histogram, lines};
pub use figure::Figure;
pub use frames::{Frames, frames};
pub use game::board;
pub use graph::{GraphDrawing, draw_graph};
pub use images::{filters, image_grid, images, mistakes, saliency};
pub use landscape::contour_path;
pub use layers::{gradients, histograms, network, neurons, weights};
pub(crate) use list::debugged;
pub use live::{EpochRow, Live};
pub use matrices::{confusion, heatmap};
pub use parts::side_by_side;
pub use points::{decision_boundary, scatter};
pub use profile::{LayerCost, Profiled, profile};
pub use progress::{Progress, progress};
pub use quality::{roc, scaling};
pub use sound::{Sound, sound, spectrogram, wave};
pub use surroundings::{loss_landscape, loss_section};
pub use values::{Points, Values};
pub use words::{attention, embedding, probabilities};
