//! Names of directories in one piece of memory, each with its length before it.

/// Lengths from here on take two bytes more. (No name is longer than 255 bytes on most file systems.)
const LONG: u8 = u8::MAX;
/// Less than this is not worth tidying.
const SOME: usize = 64 * 1024;

/// See the module's head.
#[derive(Default)]
pub(super) struct Names {
    bytes: Vec<u8>,
    /// Of those, how many are of names that nobody has any more.
    dead: usize,
}

impl Names {
    /// Keeps a name; where.
    pub fn keep(&mut self, name: &[u8]) -> u32 {
        let start = self.bytes.len() as u32;
        match u8::try_from(name.len()) {
            Ok(short) if short < LONG => self.bytes.push(short),
            _ => {
                self.bytes.push(LONG);
                self.bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
            }
        }
        self.bytes.extend_from_slice(name);
        start
    }

    /// The name that stands there.
    pub fn at(&self, start: u32) -> &[u8] {
        let (from, len) = self.span(start);
        &self.bytes[from..from + len]
    }

    /// The name that stands there is no longer needed.
    pub fn forget(&mut self, start: u32) {
        let (from, len) = self.span(start);
        self.dead += from + len - start as usize;
    }

    /// Forgotten names are half of all, and not few: whoever has names is to keep them anew.
    pub fn is_worth_tidying(&self) -> bool {
        self.dead >= SOME && self.dead * 2 >= self.bytes.len()
    }

    /// Room for what is not forgotten.
    pub fn anew(&self) -> Names {
        Names { bytes: Vec::with_capacity(self.bytes.len() - self.dead), dead: 0 }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    fn span(&self, start: u32) -> (usize, usize) {
        let at = start as usize;
        match self.bytes[at] {
            LONG => (at + 3, usize::from(u16::from_le_bytes([self.bytes[at + 1], self.bytes[at + 2]]))),
            short => (at + 1, usize::from(short)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_length_are_kept() {
        let mut names = Names::default();
        let all: Vec<Vec<u8>> = [1, 254, 255, 256, 1_020].iter().map(|len| vec![b'n'; *len]).collect();
        let starts: Vec<u32> = all.iter().map(|name| names.keep(name)).collect();
        for (start, name) in starts.iter().zip(&all) {
            assert_eq!(names.at(*start), name);
        }
        starts.iter().for_each(|start| names.forget(*start));
        assert_eq!(names.dead, names.len());
    }
}
