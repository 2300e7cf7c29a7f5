//! Damage for documents, so that tests meet bytes that are nearly right: those reach deeper than noise does.

/// One change of a document: what is done, where (of 65 536 parts of its length), and with which byte.
pub type Edit = (u8, u16, u8);

/// What a changed value becomes: the numbers, words and characters that parsers trip over.
const TOKENS: [&str; 24] = [
    "1e999",
    "-1e999",
    "-1",
    "0",
    "-0.0",
    "1e-320",
    "null",
    "true",
    "\"\"",
    "\"NaN\"",
    "NaN",
    "-Infinity",
    "[",
    "]",
    "{",
    "}",
    ",",
    "18446744073709551616",
    "-9223372036854775809",
    "\"2021-02-30\"",
    "\"9999-12-31\"",
    "\"=cmd|'/c calc'!A0\"",
    "\\ud800",
    "\u{feff}",
];

/// The document after the changes, in their order.
#[must_use]
pub fn edited(document: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = document.to_vec();
    for (kind, place, byte) in edits {
        let at = bytes.len() * usize::from(*place) / 65_536;
        let run = (at + usize::from(*byte)).min(bytes.len());
        match kind % 8 {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 => drop(bytes.drain(at..run)),
            3 => bytes.truncate(at),
            4 => {
                let again = bytes[at..run].to_vec();
                drop(bytes.splice(at..at, again));
            }
            5 => {
                let token = TOKENS[usize::from(*byte) % TOKENS.len()];
                drop(bytes.splice(at..at, token.bytes()));
            }
            _ => replace_value(&mut bytes, at, TOKENS[usize::from(*byte) % TOKENS.len()]),
        }
    }
    bytes
}

/// Puts a token in the place of the next JSON value or field: from behind a colon, comma or bracket to the next of them.
fn replace_value(bytes: &mut Vec<u8>, at: usize, token: &str) {
    let borders = b":,[]{}\n";
    let Some(start) = bytes[at..].iter().position(|byte| borders.contains(byte)).map(|found| at + found + 1) else {
        return;
    };
    let end = bytes[start..].iter().position(|byte| borders.contains(byte)).map_or(bytes.len(), |found| start + found);
    drop(bytes.splice(start..end, token.bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_change_does_what_it_says() {
        let change = |edit| String::from_utf8(edited(b"{\"a\": 1, \"b\": 2}", &[edit])).unwrap();
        assert_eq!(change((0, 4_096, b'x')), "{x a\": 1, \"b\": 2}".replace("x a", "xa"));
        assert_eq!(change((1, 0, b'x')), "x{\"a\": 1, \"b\": 2}");
        assert_eq!(change((2, 4_096, 3)), "{: 1, \"b\": 2}");
        assert_eq!(change((3, 32_768, 0)), "{\"a\": 1,");
        assert_eq!(change((4, 0, 1)), "{{\"a\": 1, \"b\": 2}");
        assert_eq!(change((5, 0, 0)), "1e999{\"a\": 1, \"b\": 2}");
        assert_eq!(change((6, 8_192, 6)), "{\"a\":null, \"b\": 2}");
        assert_eq!(edited(b"", &[(0, 9, 9), (2, 9, 9), (3, 9, 9), (4, 9, 9), (7, 9, 9)]), b"");
    }
}
