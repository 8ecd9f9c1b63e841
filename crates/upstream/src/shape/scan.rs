use memchr::memchr2;

/// Levels that a structured result may have: serde_json's own limit, which many readers share.
const MAX_DEPTH: usize = 127;
/// Members that are compared one by one; those of larger objects are sorted.
const FEW: usize = 24;

/// Whether every reader reads this JSON alike: at most 127 levels deep, and no object has a member twice.
///
/// `text` is valid JSON. One pass; hashes of the keys of the objects that are open lie on one stack, eight bytes each.
/// Two keys of one hash cost the structured form, and nothing else.
pub(super) fn is_unambiguous(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut keys: Vec<u64> = Vec::new();
    // Where the keys of each open object begin; an array has no keys.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut at_key = false;
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        index += 1;
        match byte {
            b'{' | b'[' => {
                at_key = byte == b'{';
                open.push(at_key.then_some(keys.len()));
                if open.len() > MAX_DEPTH {
                    return false;
                }
            }
            b'}' | b']' => {
                if let Some(Some(start)) = open.pop() {
                    if keys.len() - start > FEW && has_twice(&mut keys[start..]) {
                        return false;
                    }
                    keys.truncate(start);
                }
            }
            b',' => at_key = matches!(open.last(), Some(Some(_))),
            b'"' => {
                let start = index;
                let mut escaped = false;
                while let Some(offset) = memchr2(b'"', b'\\', &bytes[index..]) {
                    index += offset;
                    if bytes[index] == b'"' {
                        break;
                    }
                    escaped = true;
                    index += 2;
                }
                let end = index;
                index += 1;
                if at_key {
                    at_key = false;
                    let key = if escaped {
                        // A key with a lone surrogate stays as it is written.
                        let key = serde_json::from_str::<String>(&text[start - 1..=end]);
                        hash(key.as_deref().unwrap_or(&text[start..end]))
                    } else {
                        hash(&text[start..end])
                    };
                    if let Some(Some(first)) = open.last()
                        && keys.len() - first < FEW
                        && keys[*first..].contains(&key)
                    {
                        return false;
                    }
                    keys.push(key);
                }
            }
            _ => {}
        }
    }
    true
}

/// FNV-1a: keys are short.
fn hash(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn has_twice(keys: &mut [u64]) -> bool {
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::is_unambiguous;

    #[test]
    fn twice_and_deep() {
        let many = |last: &str| {
            format!(
                "{{{},\"{last}\":0}}",
                (0..60).map(|i| format!("\"k{i}\":[]")).collect::<Vec<_>>().join(",")
            )
        };
        for (text, expected) in [
            ("1", true),
            (r#""a""#, true),
            (r#"{"a":1,"b":{"a":1,"b":["a","a",{"a":2}]}}"#, true),
            (r#"[{"a":1},{"a":1}]"#, true),
            (r#"{"a":"\"a\":1,\\","b":"a"}"#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":1,"\u0061":1}"#, false),
            (r#"{"x":[{"a":1,"b":2,"a":{}}]}"#, false),
            (r#"{"a":{"b":1},"b":{"a":1},"a":1}"#, false),
            (&many("k60"), true),
            (&many("k3"), false),
            (&many("k59"), false),
            (&format!("{}{}", "[".repeat(127), "]".repeat(127)), true),
            (&format!("{}{}", "[".repeat(128), "]".repeat(128)), false),
            (&format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200)), false),
        ] {
            assert_eq!(is_unambiguous(text), expected, "{text}");
        }
    }
}
