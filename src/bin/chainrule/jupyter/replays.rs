//! Messages that come a second time: whoever has listened to one could send it again, signature and
//! all.

use std::collections::{HashSet, VecDeque};

/// How many messages are remembered.
const MOST: usize = 1 << 16;

/// The signatures of the last messages that were valid.
#[derive(Default)]
pub struct Replays {
    known: HashSet<u128>,
    in_order: VecDeque<u128>,
}

impl Replays {
    /// Remembers a signature. Returns whether it is new.
    pub fn note(&mut self, signature: &[u8]) -> bool {
        // Half of it tells messages apart well enough.
        let digest = signature
            .iter()
            .take(16)
            .fold(0, |digest, &byte| digest << 8 | u128::from(byte));
        if !self.known.insert(digest) {
            return false;
        }
        self.in_order.push_back(digest);
        if self.in_order.len() > MOST
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_messages_are_known_and_the_memory_is_bounded() {
        let mut replays = Replays::default();
        let signature = |number: usize| number.to_le_bytes().repeat(4);
        assert!((0..MOST + 10).all(|number| replays.note(&signature(number))));
        assert!((10..MOST + 10).all(|number| !replays.note(&signature(number))));
        assert!((replays.known.len(), replays.in_order.len()) == (MOST, MOST));
        assert!(replays.note(&signature(0)));
    }
}
