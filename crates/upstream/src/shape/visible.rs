/// Removes what a person would not see and a model would read, or a terminal obey: control characters, ANSI sequences,
/// direction marks, zero-width characters, tags and other fillers. Visible text stays as it is.
pub(crate) fn strip(text: String) -> String {
    if text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r')) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_sequence(&mut rest),
            '\u{9b}' => skip_csi(&mut rest),
            _ if is_invisible(c) => {}
            _ => out.push(c),
        }
    }
    out
}

fn is_invisible(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        _ if c.is_control() => true,
        // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Mongolian separators.
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' => true,
        // Zero-width and direction marks, embeddings, isolates, invisible operators, deprecated format characters.
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{3164}' | '\u{ffa0}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' => true,
        // Variation selectors carry hidden bytes; the last two choose between emoji and text.
        '\u{fe00}'..='\u{fe0d}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// The rest of an escape sequence (ECMA-48): a CSI, a string up to its end, or one character.
fn skip_sequence(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    match ahead.next() {
        Some('[') => {
            *rest = ahead;
            skip_csi(rest);
        }
        // OSC, DCS, SOS, PM and APC: a string that BEL or ST ends, on the same line if it is one.
        Some(']' | 'P' | 'X' | '^' | '_') => {
            let mut end = ahead.clone();
            while let Some(c) = end.next() {
                match c {
                    '\u{7}' | '\u{9c}' => {
                        *rest = end;
                        return;
                    }
                    '\u{1b}' => {
                        if end.clone().next() == Some('\\') {
                            end.next();
                        }
                        *rest = end;
                        return;
                    }
                    '\n' => break,
                    _ => {}
                }
            }
            *rest = ahead;
        }
        Some('\u{20}'..='\u{7e}') => *rest = ahead,
        _ => {}
    }
}

fn skip_csi(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    while let Some(c) = ahead.next() {
        match c {
            '\u{20}'..='\u{3f}' => {}
            '\u{40}'..='\u{7e}' => {
                *rest = ahead;
                return;
            }
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn invisible_goes_and_visible_stays() {
        for (text, expected) in [
            ("plain\ttext\r\n", "plain\ttext\r\n"),
            ("Grüße, 世界 😀 ❤\u{fe0f}", "Grüße, 世界 😀 ❤\u{fe0f}"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}x\u{1b}]8;;http://e\u{1b}\\y", "xy"),
            ("\u{9b}2Jx", "x"),
            ("\u{1b}cx\u{1b}", "x"),
            ("\u{1b}]never ends\nvisible", "never ends\nvisible"),
            ("\u{1b}[1;2é", "1;2é"),
            ("a\u{200b}b\u{202e}c\u{2066}d\u{feff}e\u{200d}f", "abcdef"),
            ("x\u{e0041}\u{e0042}\u{e007f}\u{e0101}y", "xy"),
            ("a\0b\u{7}c\u{85}d\u{7f}e", "abcde"),
            (
                "<script>x</script> ![i](http://e/?q) <tool_call>",
                "<script>x</script> ![i](http://e/?q) <tool_call>",
            ),
        ] {
            assert_eq!(strip(text.to_owned()), expected, "{text:?}");
        }
    }
}
