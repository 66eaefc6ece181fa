//! The last expression of a cell.

use crate::display::{self, Bundle};
use std::fmt::Debug;

/// Shows any value that can be printed with `{:?}` as the result of a cell.
///
/// evcxr ends a cell with `(expression).evcxr_display()` and compiles a second time where that fails; this
/// implementation spares the second time. A type with an `evcxr_display` of its own keeps it.
pub trait CellDisplay {
    /// Shows the value as the cell's result; `()` shows nothing.
    fn evcxr_display(&self);
}

impl<T: Debug + ?Sized> CellDisplay for T {
    fn evcxr_display(&self) {
        if std::any::type_name::<T>() != "()" {
            display::result(Bundle::text(format!("{self:?}")));
        }
    }
}
