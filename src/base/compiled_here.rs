//! What a cell shall not compile anew.

/// In an `impl` of a layer or an optimiser of the library: the methods that it does not write
/// itself are compiled with the library, and not with each cell that gives one to a model.
macro_rules! compiled_here {
    ($Trait:ident) => {
        #[inline(never)]
        fn into_dyn(self) -> Box<dyn $Trait> {
            Box::new(self)
        }
    };
}
pub(crate) use compiled_here;

/// The name at the end of a path. Not in the methods that need it: they are compiled for each type.
pub(crate) fn last_part(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
