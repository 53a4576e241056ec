//! What the sentences of a failure fill in.

use super::Context;
use super::output::Report;
use super::signs::Args;
use crate::target::Target;

/// Lines of rsync's own words that are shown with a failure.
const LINES: usize = 4;

/// `told` by the recognised line, completed so that every name a sentence may use is there.
pub(super) fn args(told: Option<&Args>, report: &Report, context: &Context<'_>) -> Args {
    let mut args = told.cloned().unwrap_or_default();
    let mut put = |name: &str, value: String| {
        args.entry(name.to_owned()).or_insert(value);
    };
    let (user, module, port) = match context.target {
        Target::Daemon { user, module, port, .. } => (user.clone(), module.clone(), port.unwrap_or(873).to_string()),
        Target::Shell { host, .. } => (host.rsplit_once('@').map(|(u, _)| u.to_owned()), String::new(), "22".into()),
        Target::Local { .. } => (None, String::new(), String::new()),
    };
    put("source", context.source.to_owned());
    put("target", context.target.to_string());
    put("host", context.target.host().unwrap_or_default().to_owned());
    put("user", user.unwrap_or_default());
    put("module", module);
    put("port", port);
    put("binary", context.binary.to_owned());
    put("count", report.failed.len().max(1).to_string());
    put("path", report.failed.first().map(|f| f.path.shown()).unwrap_or_default());
    put("output", report.tail[report.tail.len().saturating_sub(LINES)..].join(" \u{b7} "));
    for name in ["reason", "limit", "option", "greeting", "address", "skipped", "exit"] {
        put(name, String::new());
    }
    args
}
