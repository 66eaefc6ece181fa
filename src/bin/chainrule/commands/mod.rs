//! The command line.
pub fn main() -> std::process::ExitCode {
    // temporary driver
    let sink: crate::evaluator::Sink = std::sync::Arc::new(|o| println!("   -> {o:?}"));
    let t = std::time::Instant::now();
    let mut e = crate::evaluator::Evaluator::start(&std::env::current_dir().unwrap(), &|n| eprint!("{n}")).unwrap();
    println!("started {:?}", t.elapsed());
    let cells = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    for (i, c) in cells.split("\n---\n").enumerate() {
        let t = std::time::Instant::now();
        match e.execute(i as u32 + 1, c, sink.clone()) {
            Ok(()) => println!("[{}] {c:?} ok {:?}", i + 1, t.elapsed()),
            Err(f) => println!("[{}] {c:?} {:?}\n{}", i + 1, t.elapsed(), f.traceback.join("\n")),
        }
    }
    println!("{:?}", e.variables());
    0.into()
}
