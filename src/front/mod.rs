//! What a learner uses of the front end: questions, sliders and buttons, channels to code in the
//! page.

mod comm;
mod input;
mod widget;

pub use comm::{Comm, handle_comms, set_next_input};
pub(crate) use input::forget_typed;
pub use input::{input, input_password};
#[doc(hidden)]
pub use serde_json;
pub use widget::{Button, Checkbox, Control, Dropdown, FloatSlider, IntSlider, Widget, interact};
