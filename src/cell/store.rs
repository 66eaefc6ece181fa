//! Where the variables of a session live between cells.
//!
//! evcxr writes a store like this one into every cell; ours stands here, compiled once, and has the same interface.

use super::report;
use super::summary::summary;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

/// Variables by name, each boxed with its type.
#[derive(Default)]
pub struct VariableStore {
    variables: HashMap<String, Box<dyn Any>>,
}

/// The store of a session, made by its first cell.
#[inline(never)]
pub fn create_variable_store() -> *mut VariableStore {
    Box::into_raw(Box::default())
}

impl VariableStore {
    /// Keeps `value` under `name`.
    pub fn put_variable<T: 'static>(&mut self, name: &str, value: T) {
        self.put(name, Box::new(value));
    }

    /// Whether the variable still has the type that the cell expects; a redefined `struct` is a new type.
    pub fn check_variable<T: 'static>(&mut self, name: &str) -> bool {
        self.is(name, TypeId::of::<T>())
    }

    /// Moves a variable out of the store.
    pub fn take_variable<T: 'static>(&mut self, name: &str) -> T {
        let value = self.take(name, TypeId::of::<T>());
        // SAFETY: `take` has compared the types.
        *unsafe { Box::from_raw(Box::into_raw(value).cast::<T>()) }
    }

    /// A value shared by cells, made by the first that asks (evcxr keeps its tokio runtime so).
    pub fn lazy_arc<T: 'static, F: FnOnce() -> T>(&mut self, name: &str, create: F) -> Arc<T> {
        let value = self.variables.entry(name.to_owned()).or_insert_with(|| Box::new(Arc::new(create())));
        match value.downcast_ref::<Arc<T>>() {
            Some(value) => Arc::clone(value),
            None => panic!("`{name}` changed its type"),
        }
    }

    // Neither generic nor inlined, so that a cell does not compile the hash map again for every type.
    #[inline(never)]
    fn put(&mut self, name: &str, value: Box<dyn Any>) {
        report::note_variable(name, summary(&*value));
        self.variables.insert(name.to_owned(), value);
    }

    #[inline(never)]
    fn is(&self, name: &str, expected: TypeId) -> bool {
        let fits = self.variables.get(name).is_none_or(|value| (**value).type_id() == expected);
        if !fits {
            report::variable_changed_type(name);
        }
        fits
    }

    #[inline(never)]
    fn take(&mut self, name: &str, expected: TypeId) -> Box<dyn Any> {
        match self.variables.remove(name) {
            Some(value) if (*value).type_id() == expected => value,
            Some(_) => panic!("the variable `{name}` has another type than the cell expects"),
            None => panic!("the variable `{name}` is not there any more"),
        }
    }
}
