//! Where the variables of a session live between cells.
//!
//! evcxr writes a store like this one into every cell; ours stands here, compiled once, and has the same interface.

use super::report;
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

/// Variables by name, each boxed with its type.
#[derive(Default)]
pub struct VariableStore {
    variables: HashMap<String, Box<dyn Any>>,
}

/// The store of a session, made by its first cell.
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
        let fits = self.variables.get(name).is_none_or(|value| value.is::<T>());
        if !fits {
            report::variable_changed_type(name);
        }
        fits
    }

    /// Moves a variable out of the store.
    pub fn take_variable<T: 'static>(&mut self, name: &str) -> T {
        match self.take(name).downcast() {
            Ok(value) => *value,
            Err(_) => panic!("the variable `{name}` has another type than the cell expects"),
        }
    }

    /// A value shared by cells, made by the first that asks (evcxr keeps its tokio runtime so).
    pub fn lazy_arc<T: 'static, F: FnOnce() -> T>(&mut self, name: &str, create: F) -> Arc<T> {
        let value = self.variables.entry(name.to_owned()).or_insert_with(|| Box::new(Arc::new(create())));
        match value.downcast_ref::<Arc<T>>() {
            Some(value) => Arc::clone(value),
            None => panic!("`{name}` changed its type"),
        }
    }

    // Not generic, so that a cell does not compile the hash map again for every type.
    fn put(&mut self, name: &str, value: Box<dyn Any>) {
        self.variables.insert(name.to_owned(), value);
    }

    fn take(&mut self, name: &str) -> Box<dyn Any> {
        match self.variables.remove(name) {
            Some(value) => value,
            None => panic!("the variable `{name}` is not there any more"),
        }
    }
}
