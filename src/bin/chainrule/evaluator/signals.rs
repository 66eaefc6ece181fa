//! What the system's signals mean that end a process.

use chainrule::display::say;

/// Why a cell was ended by a signal.
pub fn of_signal(signal: &str) -> String {
    match signal {
        "SIGSEGV" | "SIGBUS" => say(
            "the cell used memory that is not there (a null or dangling pointer in `unsafe` \
             code, or in a thread a function that calls itself without end)",
            "单元格访问了不存在的内存（`unsafe` 代码中的空指针或悬垂指针，或者线程里的函数无休止地调用自己）",
        )
        .to_owned(),
        "SIGABRT" => say(
            "the cell aborted (`abort`, or a panic while another one was under way)",
            "单元格调用了 `abort`，或者在处理一个 panic 时又发生了 panic",
        )
        .to_owned(),
        "SIGKILL" => say(
            "the process was killed from outside, perhaps because the machine ran out of \
             memory",
            "进程被外部强制结束，可能是机器内存不足",
        )
        .to_owned(),
        "SIGILL" | "SIGTRAP" => say(
            "the processor met an instruction that it cannot run (a trap, in `unsafe` code)",
            "处理器遇到了无法执行的指令（`unsafe` 代码中的陷阱指令）",
        )
        .to_owned(),
        "SIGFPE" => say("the processor met an arithmetic error", "处理器遇到了算术错误").to_owned(),
        other => say(format!("the cell was ended by the signal {other}"), format!("单元格被信号 \
            {other} 终止")),
    }
}
