//! Where the variables of a session live between cells.
//!
//! evcxr writes a store like this one into every cell; ours stands here, compiled once, and has the
//! same interface.

use super::report;
use super::summary::summary;
use crate::display::say;
use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Variables by name.
pub struct VariableStore {
    variables: HashMap<String, Stored>,
    /// The process that made it. After a crash another one goes on, without the threads of this
    /// one.
    process: u32,
    /// The crates that the cell before was linked to, each with what stands for its content.
    crates: Vec<(String, String)>,
}

/// A variable, boxed with its type.
struct Stored {
    value: Box<dyn Any>,
    /// What the compiler calls the type.
    kind: &'static str,
    /// Whether the definitions of its type are those that it was made with, although cells have
    /// become another crate for the compiler since then.
    is_approved: bool,
}

/// A type, as a cell asks for it.
#[derive(Clone, Copy)]
struct Wanted {
    id: TypeId,
    kind: &'static str,
    size: usize,
    align: usize,
}

impl Wanted {
    fn new<T: 'static>() -> Wanted {
        Wanted {
            id: TypeId::of::<T>(),
            kind: type_name::<T>(),
            size: size_of::<T>(),
            align: align_of::<T>(),
        }
    }
}

impl Stored {
    fn is(&self, wanted: Wanted) -> bool {
        let is_alike = || {
            self.kind == wanted.kind
                && size_of_val(&*self.value) == wanted.size
                && align_of_val(&*self.value) == wanted.align
        };
        (*self.value).type_id() == wanted.id || (self.is_approved && is_alike())
    }
}

/// The store of a session, made by its first cell.
#[inline(never)]
pub fn create_variable_store() -> *mut VariableStore {
    let process = std::process::id();
    Box::into_raw(Box::new(VariableStore {
        variables: HashMap::new(),
        process,
        crates: Vec::new(),
    }))
}

/// What a variable itself may take, without what it points to. Each cell that mentions one has it
/// on the stack, which holds 8 MB, up to three times: where it is taken, where it is used and where
/// it is put back.
const LARGEST: usize = 1 << 20;

#[cold]
#[inline(never)]
fn too_large(name: &str, size: usize) -> ! {
    let size = size as f64 / (1 << 20) as f64;
    let (problem, hint) = (
        say(
            format!("`{name}` cannot be kept: a value of fixed size that takes {size:.1} MB"),
            format!("`{name}` 无法保留：这个固定大小的值要占 {size:.1} MB"),
        ),
        say(
            "each cell that uses it would need room for it on the stack. A list or a tensor is \
             kept elsewhere and may take as much as memory has: vec![[0.0; 2048]; 2048] for \
             [[0.0; 2048]; 2048], or Tensor::zeros(&[2048, 2048])",
            "每个用到它的单元格都要在栈上给它留位置。列表或张量放在别处，内存有多大就能用多大：把 [[0.0; 2048]; 2048] 写成 vec![[0.0; \
             2048]; 2048]，或者 Tensor::zeros(&[2048, 2048])",
        ),
    );
    panic!("{problem}\n  hint: {hint}")
}

impl VariableStore {
    /// Keeps `value` under `name`. Panics if it is too large for the cells that would use it.
    pub fn put_variable<T: 'static>(&mut self, name: &str, value: T) {
        if size_of::<T>() > LARGEST {
            too_large(name, size_of::<T>());
        }
        self.put(
            name,
            Stored {
                value: Box::new(value),
                kind: type_name::<T>(),
                is_approved: false,
            },
        );
    }

    /// Keeps the old value under a name for which the cell has not come to make a new one.
    pub fn put_back<T: 'static>(&mut self, name: &str, value: T) {
        if !self.variables.contains_key(name) {
            report::note_put_back(name);
            self.put_variable(name, value);
        }
    }

    /// Whether the variable still has the type that the cell expects; a redefined `struct` is a new
    /// type.
    pub fn check_variable<T: 'static>(&mut self, name: &str) -> bool {
        self.is(name, Wanted::new::<T>())
    }

    /// Moves a variable out of the store.
    pub fn take_variable<T: 'static>(&mut self, name: &str) -> T {
        let value = self.take(name, Wanted::new::<T>());
        // SAFETY: `take` has compared the types: they are one for the compiler, or have the same
        // name, and the kernel has found that all definitions under that name are the same.
        *unsafe { Box::from_raw(Box::into_raw(value).cast::<T>()) }
    }

    /// A value shared by cells, made by the first that asks (evcxr keeps its tokio runtime so).
    pub fn lazy_arc<T: 'static, F: FnOnce() -> T>(&mut self, name: &str, create: F) -> Arc<T> {
        let make = || Stored {
            value: Box::new(Arc::new(create())),
            kind: type_name::<T>(),
            is_approved: false,
        };
        let stored = self.variables.entry(name.to_owned()).or_insert_with(make);
        match stored.value.downcast_ref::<Arc<T>>() {
            Some(value) => Arc::clone(value),
            None => panic!("`{name}` changed its type"),
        }
    }

    // Neither generic nor inlined, so that a cell does not compile the hash map again for every
    // type.
    #[inline(never)]
    fn put(&mut self, name: &str, stored: Stored) {
        report::note_variable(name, stored.kind, summary(&*stored.value));
        let forgotten = self.variables.insert(name.to_owned(), stored);
        if self.process != std::process::id() {
            // To drop it could mean to wait for threads that are not there.
            std::mem::forget(forgotten);
        }
    }

    #[inline(never)]
    fn is(&self, name: &str, wanted: Wanted) -> bool {
        let fits = self
            .variables
            .get(name)
            .is_none_or(|stored| stored.is(wanted));
        if !fits {
            report::variable_changed_type(name);
        }
        fits
    }

    #[inline(never)]
    fn take(&mut self, name: &str, wanted: Wanted) -> Box<dyn Any> {
        match self.variables.remove(name) {
            Some(stored) if stored.is(wanted) => stored.value,
            Some(_) => panic!("the variable `{name}` has another type than the cell expects"),
            None => panic!("the variable `{name}` is not there any more"),
        }
    }

    /// Drops variables, and approves those of `kept` whose crates are the same as in the cell
    /// before.
    fn redefine(&mut self, gone: &[&str], kept: &[(&str, &str, &[&str])], crates: &[(&str, &str)]) {
        for name in gone {
            // What a `drop` of the learner's does wrong is no fault of the cell that changed the
            // type.
            let stored = self.variables.remove(*name);
            let _ = catch_unwind(AssertUnwindSafe(|| drop(stored)));
        }
        let content = |crates: &[(&str, &str)], name: &str| -> Option<String> {
            crates
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, content)| (*content).to_owned())
        };
        let before: Vec<(&str, &str)> = self
            .crates
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_str()))
            .collect();
        for (name, kind, made_of) in kept {
            if let Some(stored) = self.variables.get_mut(*name) {
                let are_same = made_of
                    .iter()
                    .all(|one| content(&before, one) == content(crates, one));
                stored.is_approved = stored.kind == *kind && are_same;
            }
        }
        self.crates = crates
            .iter()
            .map(|(name, content)| ((*name).to_owned(), (*content).to_owned()))
            .collect();
    }
}

/// Tells the store what a cell changes, before the cell looks at any variable: which variables have
/// types that are not what they were, and go; and which have types that are, with what the compiler
/// calls each and the crates it is made of. `crates` are those that the cell is linked to. Gives
/// the store, made if there was none: the crates are those of the first variables, too.
///
/// # Safety
/// `store` is null or comes from [`create_variable_store`].
#[inline(never)]
pub unsafe fn redefine(
    store: *mut VariableStore,
    gone: &[&str],
    kept: &[(&str, &str, &[&str])],
    crates: &[(&str, &str)],
) -> *mut VariableStore {
    let store = match store.is_null() {
        true => create_variable_store(),
        false => store,
    };
    // SAFETY: the caller's promise, or made here.
    unsafe { &mut *store }.redefine(gone, kept, crates);
    store
}
