//! A fault of ours in answering one request costs that answer, not the kernel with its variables.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `act` returns; or what its panic says, which the panic's own message on standard error
/// gives a place. Whoever calls puts right what was left half done.
pub fn contained<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|cause| words(cause.as_ref()))
}

fn words(cause: &(dyn Any + Send)) -> String {
    let literal = cause.downcast_ref::<&str>().copied();
    let made = || cause.downcast_ref::<String>().map(String::as_str);
    literal.or_else(made).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::contained;

    #[test]
    fn a_panic_is_told() {
        let list = [1, 2, 3];
        assert_eq!(contained(|| list[1]), Ok(2));
        assert_eq!(
            contained(|| panic!("as it is")),
            Err::<(), _>("as it is".to_owned())
        );
        let place = list.len();
        let told = contained(|| list[place]).unwrap_err();
        assert!(told.contains("index is 3"), "{told}");
    }
}
