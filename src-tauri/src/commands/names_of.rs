//! Names of files as text that goes to the page and back: two hexadecimal digits a byte, since names need not be UTF-8.

use driftless_core::paths::RelPath;

/// What a page holds of it.
pub fn id_of(path: &RelPath) -> String {
    path.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Back again; `None` for what was not given out so, and for what climbs.
pub fn path_of(id: &str) -> Option<RelPath> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = id.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    RelPath::new(&pairs.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_comes_back_as_it_went_and_none_climbs() {
        let path = RelPath::new(b"a/\xff\n").unwrap();
        assert_eq!(path_of(&id_of(&path)), Some(path));
        assert_eq!(path_of(""), Some(RelPath::root()));
        assert_eq!(path_of(&"../x".bytes().map(|b| format!("{b:02x}")).collect::<String>()), None);
        assert_eq!(path_of("zz"), None);
        assert_eq!(path_of("0"), None);
    }
}
