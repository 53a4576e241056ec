//! Seeds changed by chance: bytes flipped, cut, doubled, moved, words put in, two seeds joined.

use arbitrary::{Result, Unstructured};

/// More is no longer a small input.
const LARGEST: usize = 64 * 1024;

/// One of these seeds, changed some times.
pub fn changed(chance: &mut Unstructured<'_>, seeds: &[Vec<u8>], words: &[&str]) -> Result<Vec<u8>> {
    let mut bytes = chance.choose(seeds)?.clone();
    for _ in 0..chance.int_in_range(0..=12)? {
        let at = chance.int_in_range(0..=bytes.len())?;
        let end = chance.int_in_range(at..=bytes.len().min(at + 64))?;
        match chance.int_in_range(0..=7)? {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            3 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << chance.int_in_range(0..=7)?;
                }
            }
            4 | 5 => {
                let word = chance.choose(words)?.as_bytes().to_vec();
                bytes.splice(at..at, word);
            }
            6 => {
                let byte: u8 = chance.arbitrary()?;
                bytes.insert(at, byte);
            }
            _ => {
                let other = chance.choose(seeds)?;
                let from = chance.int_in_range(0..=other.len())?;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
    bytes.truncate(LARGEST);
    Ok(bytes)
}
