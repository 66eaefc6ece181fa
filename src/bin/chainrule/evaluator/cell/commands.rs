//! Lines of a cell that are no Rust.

use chainrule::display::say;

/// Rust without evcxr's `:commands` and `!shell` lines, which become empty so that lines keep their
/// numbers.
pub fn without_commands(code: &str) -> String {
    let mut in_rust = false;
    let mut text = String::with_capacity(code.len());
    for line in code.split_inclusive('\n') {
        let trimmed = line.trim();
        let is_command = !in_rust && (is_call(trimmed) || line.starts_with('!'));
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

/// Whether a line without blanks before it begins as a command does: `::std` is a path.
pub fn is_call(line: &str) -> bool {
    line.starts_with(':') && !line.starts_with("::")
}

/// The cell without lines that say only this command, and how many there were. Lines keep their
/// numbers.
pub fn without_command(code: &str, command: &str) -> (String, usize) {
    let is_command = |line: &str| line.trim() == command;
    let count = code.lines().filter(|line| is_command(line)).count();
    let kept: Vec<&str> = code
        .split('\n')
        .map(|line| if is_command(line) { "" } else { line })
        .collect();
    (kept.join("\n"), count)
}

/// The same for a command with arguments, which are what is returned, in place of the number.
pub fn with_arguments(code: &str, command: &str) -> (String, Vec<String>) {
    let arguments = |line: &str| {
        let rest = line.trim().strip_prefix(command)?;
        let is_it = rest.is_empty() || rest.starts_with(char::is_whitespace);
        is_it.then(|| rest.trim().to_owned())
    };
    let kept: Vec<&str> = code
        .split('\n')
        .map(|line| arguments(line).map_or(line, |_| ""))
        .collect();
    (
        kept.join("\n"),
        code.lines().filter_map(arguments).collect(),
    )
}

/// Why a cell is not run: commands of evcxr that would break a session. Settings from a file in the
/// notebook's folder may run programs; a cleared session has no library; where a cell is compiled
/// is a folder that no learner needs to see; the rest changes what the library was compiled with.
pub fn refused_command(code: &str) -> Option<String> {
    let command = code
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .find(|word| {
            matches!(
                *word,
                ":load_config"
                    | ":clear"
                    | ":restart"
                    | ":quit"
                    | ":cache"
                    | ":sccache"
                    | ":allow_static_linking"
                    | ":toolchain"
                    | ":preserve_vars_on_panic"
                    | ":last_compile_dir"
            )
        })?;
    let way_out = match command {
        ":clear" | ":restart" => say(
            "; restart the kernel instead (menu Kernel, Restart)",
            "；请改为重启内核（菜单“内核”→“重启”）",
        ),
        _ => "",
    };
    Some(say(
        format!("the command {command} of evcxr is not available in chainrule{way_out}"),
        format!("chainrule 中不能使用 evcxr 的命令 {command}{way_out}"),
    ))
}

/// What `:show_deps` lists, without the library itself, which comes from a folder of ours.
pub fn without_own_crate(listed: String) -> String {
    let is_own = |line: &str| line.starts_with("chainrule = {") && line.contains("facade");
    if !listed.lines().any(is_own) {
        return listed;
    }
    let others: Vec<&str> = listed.lines().filter(|line| !is_own(line)).collect();
    others.join("\n")
}
