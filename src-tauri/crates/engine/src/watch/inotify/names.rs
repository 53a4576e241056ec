//! Names that wait, in one piece of memory: the last is taken first.

/// See the module's head.
#[derive(Default)]
pub(super) struct Names {
    bytes: Vec<u8>,
    /// Where each begins.
    starts: Vec<u32>,
}

impl Names {
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    pub fn push(&mut self, name: &[u8]) {
        self.starts.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(name);
    }

    /// Puts the last one in place of what `name` held. False, and nothing done, if there is none.
    pub fn pop_into(&mut self, name: &mut Vec<u8>) -> bool {
        let Some(start) = self.starts.pop() else { return false };
        name.clear();
        name.extend(self.bytes.drain(start as usize..));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_comes_first_and_all_come() {
        let mut names = Names::default();
        let given: [&[u8]; 3] = [b"a", b"long name \xff", b"b"];
        given.iter().for_each(|name| names.push(name));
        let mut name = Vec::new();
        for expected in given.iter().rev() {
            assert!(names.pop_into(&mut name));
            assert_eq!(name, *expected);
        }
        assert!(names.is_empty() && !names.pop_into(&mut name));
    }
}
