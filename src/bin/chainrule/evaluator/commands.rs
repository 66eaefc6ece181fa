//! Lines of a cell that are no Rust.

/// Rust without evcxr's `:commands` and `!shell` lines, which become empty so that lines keep their
/// numbers.
pub fn without_commands(code: &str) -> String {
    let mut in_rust = false;
    let mut text = String::with_capacity(code.len());
    for line in code.split_inclusive('\n') {
        let trimmed = line.trim();
        let is_command = !in_rust && (trimmed.starts_with(':') || line.starts_with('!'));
        in_rust |= !(is_command || trimmed.is_empty() || line.starts_with("//"));
        if is_command {
            // Blanks in place of the command keep the offsets, too.
            text.extend(
                line.bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
            );
        } else {
            text.push_str(line);
        }
    }
    text
}
