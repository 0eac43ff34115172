//! The threads on which links, sinks and the console run.

/// At most so many threads, however many processors there are: what they do is moving bytes.
const WORKERS_MAX: usize = 2;

/// A runtime with a thread for each processor that this process may use. Two threads on one processor would only wait for
/// each other.
///
/// # Errors
/// If the system does not give the threads.
pub fn new() -> std::io::Result<tokio::runtime::Runtime> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread().worker_threads(processors.min(WORKERS_MAX)).enable_all().build()
}
