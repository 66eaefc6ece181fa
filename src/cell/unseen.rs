//! A `Result` that a cell throws away is not looked at by anyone: if it is an `Err`, the cell has
//! failed at something, and nobody would know.
//!
//! Where rustc warns that a `Result` is not used, the executable's `compiler/stand_in/unseen.rs`
//! puts [`unseen!`](crate::unseen) around it.

use crate::base::protocol::Event;
use crate::base::worker::event;
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::sync::{Mutex, PoisonError};

/// Looks at a `Result` that nobody uses, and tells the kernel of an error in it.
#[doc(hidden)]
#[macro_export]
macro_rules! unseen {
    ($result:expr) => {
        match $result {
            result => {
                #[allow(unused_imports)]
                use $crate::cell::{Unseen, UnseenAny, UnseenDebug, UnseenDisplay};
                if let ::core::result::Result::Err(error) = &result {
                    // The compiler takes the first of the three that fits: text, `{:?}`, nothing.
                    $crate::cell::note_unseen((&&&Unseen(error)).in_words(), ::core::line!());
                }
            }
        }
    };
}

/// An error, whatever can be said of it.
pub struct Unseen<'a, E>(pub &'a E);

/// One with a text.
pub trait UnseenDisplay {
    /// The error's own words.
    fn in_words(&self) -> String;
}

impl<E: Display> UnseenDisplay for &&Unseen<'_, E> {
    fn in_words(&self) -> String {
        self.0.to_string()
    }
}

/// One that can be printed with `{:?}`.
pub trait UnseenDebug {
    /// What `{:?}` prints.
    fn in_words(&self) -> String;
}

impl<E: Debug> UnseenDebug for &Unseen<'_, E> {
    fn in_words(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// Any other.
pub trait UnseenAny {
    /// Its type.
    fn in_words(&self) -> String;
}

impl<E> UnseenAny for Unseen<'_, E> {
    fn in_words(&self) -> String {
        let name = std::any::type_name::<E>();
        name.rsplit("::").next().unwrap_or(name).to_owned()
    }
}

/// The lines whose errors were told of in this cell: a loop may have a million of one kind.
static TOLD: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// A cell begins.
pub(super) fn forget() {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// An error was thrown away at this line of the compiled code.
#[inline(never)]
pub fn note_unseen(message: String, line: u32) {
    if TOLD
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(line)
    {
        event(&Event::UnseenError { message, line });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn an_error_says_what_it_can() {
        #[derive(Debug)]
        struct Printed;
        struct Silent;
        let boxed: Box<dyn Error> = "text".into();
        assert_eq!(
            (&&&Unseen(&"1".parse::<f32>().map(|_| "no error").unwrap())).in_words(),
            "no error"
        );
        assert_eq!((&&&Unseen(&boxed)).in_words(), "text");
        assert_eq!((&&Unseen(&Printed)).in_words(), "Printed");
        assert!(Unseen(&Silent).in_words().ends_with("Silent"));
        crate::unseen!("x".parse::<i32>());
        assert_eq!(TOLD.lock().unwrap().len(), 1);
        crate::unseen!("1".parse::<i32>());
        assert_eq!(TOLD.lock().unwrap().len(), 1);
    }
}
