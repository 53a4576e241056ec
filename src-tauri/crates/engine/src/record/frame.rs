//! The bytes of a record: a line that says what it is, then frames.
//!
//! A frame is the length of its content and a CRC-32 over that length and the content, four bytes each, little-endian; then
//! the content: notes as JSON. What follows the first frame that is not whole and right is not read.

use driftless_core::record::{Note, Past, Recovered};

/// Another version begins otherwise, and is not read.
const START: &[u8] = b"driftless record 1\n";
/// Length and checksum.
const HEAD: usize = 8;

/// The start of a file.
pub fn start() -> &'static [u8] {
    START
}

/// One frame. These notes are read together or not at all.
pub fn frame(notes: &[Note]) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = vec![0; HEAD];
    serde_json::to_writer(&mut bytes, notes)?;
    let length = u32::try_from(bytes.len() - HEAD)
        .map_err(|_| serde_json::Error::io(std::io::ErrorKind::FileTooLarge.into()))?;
    let length = length.to_le_bytes();
    let sum = checksum(length, &bytes[HEAD..]).to_le_bytes();
    bytes[..4].copy_from_slice(&length);
    bytes[4..HEAD].copy_from_slice(&sum);
    Ok(bytes)
}

/// What a file says.
pub fn read(file: &[u8]) -> Recovered {
    let Some(mut rest) = file.strip_prefix(START) else { return Recovered::Damaged };
    let mut past = Past::default();
    while !rest.is_empty() {
        let Some((notes, after)) = next(rest) else {
            // Torn: what stands before it holds, but the stop it may speak of was not the last word.
            past.clean = false;
            break;
        };
        notes.iter().for_each(|note| past.take(note));
        rest = after;
    }
    if past.marks.is_some() { Recovered::Past(Box::new(past)) } else { Recovered::Damaged }
}

fn next(bytes: &[u8]) -> Option<(Vec<Note>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let (content, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    if u32::from_le_bytes(*sum) != checksum(*length, content) {
        return None;
    }
    Some((serde_json::from_slice(content).ok()?, rest))
}

fn checksum(length: [u8; 4], content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length);
    hasher.update(content);
    hasher.finalize()
}
