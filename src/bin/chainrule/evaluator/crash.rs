//! A cell that was ended before it had come to its end: why, and what that means for the variables.

use super::Failure;
use super::cell::{parse, statements, without_commands};
use super::explain::Explanation;
use super::explain::memory::Lost;
use super::objects::{Function, LoadedObjects, REPEATS};
use super::signals::of_signal;
use crate::evaluator::cell::sources::Place;
use crate::evaluator::engine::interrupt::Stop;
use crate::machine::memory::of_machine;
use crate::settings::{Settings, how_to_change, size_in_words};
use crate::worker::LOST_CHANNELS;
use chainrule::base::protocol::Event;
use chainrule::display::say;
use ra_ap_syntax::SyntaxKind;
use std::collections::{BTreeMap, BTreeSet};

/// What is known about the cell and its end.
pub struct Crash<'a> {
    pub number: u32,
    pub code: &'a str,
    /// What the worker reported while the cell ran.
    pub events: &'a [Event],
    pub stop: Option<Stop>,
    /// Whether the snapshot has taken over.
    pub is_restored: bool,
    /// What the cell wrote last on standard error.
    pub error_tail: &'a str,
    pub settings: &'a Settings,
    /// The variables before the cell, and now.
    pub variables: &'a BTreeMap<String, String>,
    pub kept: &'a BTreeMap<String, String>,
    pub objects: &'a LoadedObjects,
    /// What was lost with threads of earlier cells, if there were any.
    pub lost: Option<&'a Lost>,
}

impl Crash<'_> {
    /// The failure of the cell.
    pub fn failure(&self) -> Failure {
        let died = self
            .events
            .iter()
            .rev()
            .find(|event| matches!(event, Event::RunnerDied { .. }));
        let (name, cause) = self.cause(died);
        let place = if let Some(Event::RunnerDied { line, .. }) = died {
            statement(self.number, self.code, *line)
        } else {
            None
        };
        Failure::new(
            name,
            format!("{cause}\n{}", self.consequence()),
            place.as_ref(),
        )
    }

    fn cause(&self, died: Option<&Event>) -> (&'static str, String) {
        if let Some(stop) = self.stop {
            return self.cause_of_stop(stop);
        }
        for event in self.events.iter().rev() {
            if let Event::StackOverflow { addresses } = event {
                return ("Crash", self.overflow(addresses));
            }
        }
        let Some(Event::RunnerDied {
            exit_code, signal, ..
        }) = died
        else {
            let value = say(
                "the process that holds the variables was ended from outside",
                "保存变量的进程被外部终止了",
            );
            return ("Crash", value.to_owned());
        };
        if *exit_code == Some(LOST_CHANNELS) {
            let value = say(
                "the cell closed file descriptors that belong to the kernel",
                "单元格关闭了属于内核的文件描述符",
            );
            return ("Crash", value.to_owned());
        }
        if let Some(code) = exit_code {
            let value = say(
                format!(
                    "the cell ended its process with exit code {code}; in a notebook, leave out \
                    `exit`"
                ),
                format!("单元格以退出码 {code} 结束了自己的进程；在笔记本里请不要调用 `exit`"),
            );
            return ("Crash", value);
        }
        let signal = signal.as_deref().unwrap_or_default();
        if signal == "SIGABRT" && self.could_not_allocate() {
            return ("MemoryLimit", self.memory_limit());
        }
        ("Crash", of_signal(signal))
    }

    /// Why the kernel itself has ended the cell.
    fn cause_of_stop(&self, stop: Stop) -> (&'static str, String) {
        match stop {
            Stop::Interrupt => (
                "InterruptedByForce",
                say(
                    "stopped by force, because the cell did not react",
                    "单元格没有响应，已被强制停止",
                )
                .to_owned(),
            ),
            Stop::Timeout => ("Timeout", timeout(self.settings)),
            Stop::Memory => ("MemoryLimit", self.memory_limit()),
            Stop::Processes => {
                let most = self.settings.processes.unwrap_or_default();
                let change = how_to_change("processes", &(most * 4).to_string());
                (
                    "ProcessLimit",
                    say(
                        format!(
                            "the cell has started more than {most} processes and threads\n  \
                            {change}"
                        ),
                        format!("单元格启动的进程和线程超过了 {most} 个\n  {change}"),
                    ),
                )
            }
        }
    }

    /// What the end means for the variables.
    fn consequence(&self) -> String {
        if !self.is_restored {
            return say(
                "All variables are lost; run the cells again from the top.",
                "所有变量都已丢失，请从头重新运行各单元格。",
            )
            .to_owned();
        }
        let list = |names: Vec<String>| {
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(say(", ", "、"))
        };
        let mut text = say(
            "All variables are as they were before the cell.",
            "所有变量都恢复到了运行该单元格之前的状态。",
        )
        .to_owned();
        let used: Vec<String> = names(self.code)
            .into_iter()
            .filter(|name| self.kept.contains_key(name))
            .collect();
        if !used.is_empty() {
            let used = list(used);
            text += &say(
                format!(" Whatever the cell had done to {used} was taken back."),
                format!("单元格对 {used} 所做的改动已撤销。"),
            );
        }
        let lost = |name: &String| {
            self.lost
                .is_some_and(|lost| lost.iter().any(|(one, _)| one == name))
        };
        let gone = self
            .variables
            .keys()
            .filter(|name| !self.kept.contains_key(*name) && !lost(name));
        let gone: Vec<String> = gone.cloned().collect();
        if !gone.is_empty() {
            let gone = list(gone);
            text += &say(
                format!(
                    " But for {gone}: the cell changes the type, and the variable had to go before \
                    it ran."
                ),
                format!("但 {gone} 除外：单元格改变了它的类型，变量在运行之前就必须移除。"),
            );
        }
        text + &self.lost.map(consequence_for_threads).unwrap_or_default()
    }

    fn overflow(&self, addresses: &[usize]) -> String {
        let too_large = || {
            say(
                "the stack overflowed: a large array of fixed size, such as `[[0.0; 2048]; 2048]`, \
                 has no room there\n  hint: the stack holds a few MB, a list or a tensor as much \
                 as the memory: `vec![vec![0.0; 2048]; 2048]`, `Tensor::zeros(&[2048, 2048])`",
                "栈溢出：栈上放不下很大的定长数组，例如 `[[0.0; 2048]; 2048]`\n  提示：栈只有几 MB，而 Vec 和张量可以用全部内存：\
                 `vec![vec![0.0; 2048]; 2048]`、`Tensor::zeros(&[2048, 2048])`",
            )
            .to_owned()
        };
        match self.objects.most_frequent_function(addresses) {
            Some(Function::Drops(kind)) => say(
                format!(
                    "the stack overflowed: dropping a `{kind}` drops what it owns, and so on, too \
                     many levels deep; take the chain apart in a loop instead, in `impl Drop`"
                ),
                format!(
                    "栈溢出：释放 `{kind}` 时会逐层释放它所拥有的值，层数太深；请在 `impl Drop` 中用循环逐个拆开"
                ),
            ),
            // A function that calls itself fills the stack with its own addresses.
            Some(Function::Named(name, count))
                if count < REPEATS || name.starts_with("run_user_code") =>
            {
                too_large()
            }
            Some(Function::Named(name, _)) => say(
                format!(
                    "the stack overflowed: `{name}` calls itself (perhaps through others) without \
                    coming to an end"
                ),
                format!("栈溢出：`{name}` 不断（直接或间接地）调用自己，没有终止条件"),
            ),
            None => too_large(),
        }
    }

    fn memory_limit(&self) -> String {
        let Some(limit) = self.settings.memory else {
            return say(
                "there is not enough memory for what the cell asked for",
                "内存不足，无法满足单元格的请求",
            )
            .to_owned();
        };
        if let Some(wanted) = self
            .wanted()
            .filter(|wanted| of_machine().is_some_and(|there| *wanted > there))
        {
            let wanted = size_in_words(wanted);
            return say(
                format!(
                    "the cell asked for {wanted} at once, more than this machine has: is a size or \
                    a shape wrong?"
                ),
                format!(
                    "单元格一次就要 {wanted} 内存，超过了这台机器的全部内存：是不是某个大小或形状写错了？"
                ),
            );
        }
        let change = how_to_change("memory", &format!("{}M", (2 * limit) >> 20));
        let limit = size_in_words(limit);
        say(
            format!(
                "the cell and the variables would take more memory than the limit of {limit}\n  \
                {change}"
            ),
            format!("单元格和变量占用的内存将超过上限 {limit}\n  {change}"),
        )
    }

    fn could_not_allocate(&self) -> bool {
        self.wanted().is_some()
    }

    /// How many bytes there were not. std says this before it aborts.
    fn wanted(&self) -> Option<u64> {
        self.error_tail.lines().rev().take(3).find_map(|line| {
            let bytes = line
                .trim()
                .strip_prefix("memory allocation of ")?
                .strip_suffix(" bytes failed")?;
            Some(bytes.parse().unwrap_or(u64::MAX))
        })
    }
}

/// What it means that threads of earlier cells are gone.
fn consequence_for_threads(lost: &Lost) -> String {
    let ended = say(
        "\nThreads that earlier cells had left running cannot be brought back: they have ended.",
        "\n之前的单元格留下的线程无法恢复，已经结束。",
    );
    if lost.is_empty() {
        return ended.to_owned();
    }
    let names = lost
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(say(", ", "、"));
    let cells: BTreeSet<u32> = lost.iter().filter_map(|(_, cell)| *cell).collect();
    let cells = cells
        .iter()
        .map(|cell| format!("[{cell}]"))
        .collect::<Vec<_>>()
        .join(say(", ", "、"));
    ended.to_owned()
        + &say(
            format!(
                " So {names} would wait for them for ever, and had to go; to have it again, run \
                cell {cells} again."
            ),
            format!(
                "{names} 会永远等待这些线程，所以被移除了；需要的话，请重新运行单元格 {cells}。"
            ),
        )
}

/// The statement of a cell that is on a line; 0 is none.
pub fn statement(cell: u32, code: &str, line: u32) -> Option<Place> {
    let line = Some(line).filter(|&line| line > 0)? as usize;
    Some(Place {
        cell,
        line,
        text: code.lines().nth(line - 1).unwrap_or_default().to_owned(),
        statement: String::new(),
    })
}

/// The notice that the runner died although no cell ran.
pub fn between_cells(exit_code: Option<i32>, signal: Option<&str>) -> Explanation {
    let how = match (exit_code, signal) {
        (Some(code), _) => say(
            format!("it exited with code {code}"),
            format!("退出码 {code}"),
        ),
        (None, signal) => {
            let signal = signal.unwrap_or_default();
            say(
                format!("it was ended by the signal {signal}"),
                format!("被信号 {signal} 终止"),
            )
        }
    };
    Explanation::new(
        format!(
            "Between two cells the process that holds the variables died ({how}); a thread that an \
             earlier cell has left running may be the cause. All variables are as they were after \
             the last cell; such threads have ended."
        ),
        format!(
            "在两个单元格之间，保存变量的进程意外结束（{how}），可能是之前的单元格遗留的线程造成的。所有变量都保持上一个单元格\
             运行后的状态；这些线程已经结束。"
        ),
        "",
    )
}

/// The message of a cell that took too long.
pub fn timeout(settings: &Settings) -> String {
    let seconds = settings.timeout.unwrap_or_default().as_secs_f64();
    let change = how_to_change("timeout", &format!("{}", seconds * 10.0));
    say(
        format!("the cell took longer than the limit of {seconds} s\n  {change}"),
        format!("单元格的运行时间超过了上限 {seconds} 秒\n  {change}"),
    )
}

/// The names that stand in a cell.
fn names(code: &str) -> BTreeSet<String> {
    let statements = statements(&parse(&without_commands(code)));
    let tokens = statements
        .iter()
        .flat_map(|node| node.descendants_with_tokens())
        .filter_map(|part| part.into_token());
    tokens
        .filter(|token| token.kind() == SyntaxKind::IDENT)
        .map(|token| token.text().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_a_cell() {
        let found = names(":opt 1\nlet a = b.c(&d); // e");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }
}
