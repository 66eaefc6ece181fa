//! The last expression of a cell.

use super::report;
use crate::base::worker::is_connected;
use crate::display::{self, Show};
use std::fmt::{Debug, Display};

/// Shows any value that can be printed with `{:?}` as the result of a cell.
///
/// A cell ends with `(&(expression)).evcxr_display()`; evcxr would compile a second time where that
/// fails, and this implementation spares the second time. It is one for references, which the
/// compiler looks at after the type itself: so a type that has an `evcxr_display` of its own, or
/// from another crate's trait, keeps it.
pub trait CellDisplay {
    /// Shows the value as the cell's result; `()` shows nothing.
    fn evcxr_display(&self);
}

impl<T: Debug + ?Sized> CellDisplay for &T {
    fn evcxr_display(&self) {
        let name = std::any::type_name::<T>();
        if name.starts_with("core::result::Result<") {
            show_result(self);
        } else if name != "()" {
            show_debug(self);
        }
    }
}

/// An `Err` at the end of a cell is an error of the cell, as with `?` behind it.
impl<T: Debug, E: Debug + Display> CellDisplay for Result<T, E> {
    fn evcxr_display(&self) {
        match self {
            Ok(_) => show_debug(self),
            Err(error) => show_error(self, error),
        }
    }
}

#[inline(never)]
fn show_error(value: &dyn Debug, error: &dyn Display) {
    if is_connected() {
        report::error_as_result(&error.to_string())
    } else {
        show_debug(value)
    }
}

/// Not generic and not inlined: otherwise every cell would compile how a bundle is made.
#[inline(never)]
fn show_debug(value: &dyn Debug) {
    display::result(crate::plot::debugged(value));
}

/// A `Result` whose error has no text of its own.
#[inline(never)]
fn show_result(value: &dyn Debug) {
    let text = format!("{value:?}");
    match text
        .strip_prefix("Err(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(error) if is_connected() => report::error_as_result(error),
        _ => show_debug(value),
    }
}

/// Types of the library that show themselves as the result of a cell.
macro_rules! show_themselves {
    ($($shown:path),* $(,)?) => {
        $(impl $shown {
            #[doc(hidden)]
            pub fn evcxr_display(&self) {
                display::result(Show::bundle(self));
            }
        })*
    };
}
show_themselves!(
    crate::autograd::GradCheck,
    crate::front::Button,
    crate::front::Checkbox,
    crate::front::Dropdown,
    crate::front::FloatSlider,
    crate::front::IntSlider,
    crate::front::Widget,
    crate::data::Dataset,
    crate::model::Summary,
    crate::plot::Figure,
    crate::plot::Frames,
    crate::plot::GraphDrawing,
    crate::plot::Sound,
    crate::tensor::Tensor,
    crate::model::Diagnosis,
    crate::model::Evaluation,
    crate::model::History,
    crate::model::LearningRateSearch,
);

/// `print!` that shows what it prints at once, also without a line end: std keeps an unfinished
/// line back, and a learner who prints a dot for every epoch waits for all of them.
#[doc(hidden)]
#[macro_export]
macro_rules! print_at_once {
    ($($argument:tt)*) => {
        $crate::cell::print(format_args!($($argument)*))
    };
}

/// `dbg!` that says which line of the cell it is in: std's names a file and a line that a learner
/// has never seen.
#[doc(hidden)]
#[macro_export]
macro_rules! dbg_in_cell {
    () => {
        ::std::eprintln!("[{}]", $crate::cell::place_in_cell())
    };
    ($value:expr $(,)?) => {
        // A `match` keeps what the expression borrows from alive.
        match $value {
            value => {
                let place = $crate::cell::place_in_cell();
                ::std::eprintln!("[{place}] {} = {:#?}", ::std::stringify!($value), &value);
                value
            }
        }
    };
    ($($value:expr),+ $(,)?) => {
        ($($crate::dbg_in_cell!($value)),+,)
    };
}

/// The line of the cell that calls this; where it is a function of an earlier cell, only that.
#[doc(hidden)]
#[track_caller]
#[inline(never)]
pub fn place_in_cell() -> String {
    let line = crate::base::line_of(std::panic::Location::caller());
    line.map_or_else(|| "in a function".to_owned(), |line| format!("line {line}"))
}

/// What [`print_at_once!`] calls.
#[doc(hidden)]
#[inline(never)]
pub fn print(text: std::fmt::Arguments) {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    // A closed output is no reason to fail the cell.
    let _ = stdout.write_fmt(text).and_then(|()| stdout.flush());
}
