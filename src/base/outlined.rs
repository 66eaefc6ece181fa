//! A value of which a cell need not know what is in it.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A box around a `T` that does not show its type. A cell compiles how each variable in it is
/// dropped, with all parts of the parts, for every type anew; of this it only compiles one call.
/// For what learners hold in variables and what has many parts.
pub(crate) struct Outlined<T>(Box<dyn Any + Send + Sync>, PhantomData<T>);

impl<T: Send + Sync + 'static> Outlined<T> {
    pub fn new(value: T) -> Outlined<T> {
        Outlined(Box::new(value), PhantomData)
    }
}

impl<T: Default + Send + Sync + 'static> Default for Outlined<T> {
    fn default() -> Outlined<T> {
        Outlined::new(T::default())
    }
}

impl<T: Clone + Send + Sync + 'static> Clone for Outlined<T> {
    fn clone(&self) -> Outlined<T> {
        Outlined::new(T::clone(self))
    }
}

impl<T: fmt::Debug + 'static> fmt::Debug for Outlined<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: 'static> Deref for Outlined<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.downcast_ref().expect("nothing else was put in")
    }
}

impl<T: 'static> DerefMut for Outlined<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.downcast_mut().expect("nothing else was put in")
    }
}
