//! A thread of its own for what starts children apart from the engine: what it starts ends with it.

use std::future::Future;

use driftless_core::problem::Problem;

use crate::shell::internal;

/// Does this on a new thread with a runtime; the answer.
pub async fn aside<T, F>(name: &str, act: impl FnOnce() -> F + Send + 'static) -> Result<T, Problem>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let (told, answer) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        // Whoever asked may be gone.
        let _ = told.send(runtime.map(|runtime| runtime.block_on(act())));
    });
    thread.map_err(internal)?;
    answer.await.map_err(internal)?.map_err(internal)
}
