//! Renames done at the far side by `mv`, before the runs that would send the content.
//!
//! - No name is in a command line: root and names go NUL-separated through standard input, `xargs -0` hands them to a fixed
//!   script as its words, and the script only uses them in double quotes. Each begins with `./` or `/`.
//! - The script moves only what is there to a name where nothing is, and only if both lie in directories that are reached
//!   without a symbolic link: nothing is merged, replaced, or moved out of the target.
//! - Whatever it could not do makes it end with another code than 0. The runs that follow list both names all the same: they send
//!   what was not moved, correct what was, and remove what is left under the old name. So it may fail in any way.
//! - It needs `sh`, `mv` and an `xargs` that knows `-0` (GNU, BSD, busybox); where one is missing, everything is sent.

use super::rsync::STALL;
use crate::moves::Rename;
use crate::plan::SyncPlan;
use crate::target::Target;
use crate::work::{Arg, CommandSpec, Cwd, Stdin};

/// Root, old and new name in `$1`, `$2`, `$3`. Neither a single quote nor an exclamation mark stands in it: the account's own
/// shell reads it first, whatever that is. What `$(…)` cuts off the end of a path is kept by the `x` behind it.
const SCRIPT: &str = "cd -P \"$1\" || exit 1; \
    r=$(pwd -P; echo x); r=${r%??}; if [ \"$r\" = / ]; then r=; fi; \
    for n in \"$2\" \"$3\"; do \
    d=${n%/*}; p=$(cd -P \"$d\" && pwd -P; echo x); p=${p%??}; if [ \"$p\" = / ]; then p=; fi; \
    if [ \"$p\" = \"$r${d#.}\" ]; then :; else exit 1; fi; done; \
    if [ -e \"$3\" ] || [ -L \"$3\" ]; then exit 1; fi; \
    if [ -e \"$2\" ] || [ -L \"$2\" ]; then mv \"$2\" \"$3\"; else exit 1; fi";

/// One call for all of them, old name first; `None` where the target is not reached by ssh.
pub fn far_moves(plan: &SyncPlan, renames: &[Rename]) -> Option<CommandSpec> {
    let (Some(call), Target::Shell { path, .. }) = (&plan.ssh, &plan.target) else { return None };
    let root = match path.as_str() {
        "" => "./".to_owned(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("./{path}"),
    };
    let mut stdin = Vec::new();
    for Rename { from, to } in renames {
        for (head, name) in [(root.as_str(), &b""[..]), ("./", from.bytes()), ("./", to.bytes())] {
            stdin.extend_from_slice(head.as_bytes());
            stdin.extend_from_slice(name);
            stdin.push(0);
        }
    }
    Some(CommandSpec {
        program: call.program.clone(),
        args: vec![
            Arg::SshItself { call: call.clone(), socket: None },
            Arg::Word(format!("exec xargs -0 -n 3 sh -c '{SCRIPT}' sh")),
        ],
        stdin: Stdin::Bytes(stdin),
        cwd: Cwd::Root,
        stall: STALL,
        low: false,
        native: None,
    })
}

/// True if the options leave nothing out and change nothing that a rename would bring along all the same.
pub fn options_allow(plan: &SyncPlan) -> bool {
    const LEAVE_OUT: [&str; 6] =
        ["--existing", "--ignore-existing", "--ignore-non-existing", "--max-size", "--min-size", "--dry-run"];
    let letters = |word: &String| word.starts_with('-') && !word.starts_with("--");
    !plan.rsync.words.iter().any(|word| {
        LEAVE_OUT.iter().any(|option| word.starts_with(option)) || (letters(word) && word.contains(['n', 'b']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Read};
    use crate::paths::RelPath;
    use crate::plan::{PlanEnv, plan_of};
    use serde_json::{Value, json};

    fn plan(dir: &str, rsync: Value) -> SyncPlan {
        let sync = json!({ "kind": "rsyncssh", "source": "/a", "host": "h", "targetdir": dir, "rsync": rsync });
        let config: Config = serde_json::from_value(json!({ "sync": [sync] })).unwrap();
        let read: &mut Read<'_> = &mut |_| Err("no files".to_owned());
        plan_of(&config, &PlanEnv { own_paths: Vec::new(), cwd: "/".to_owned() }, read).unwrap().syncs.remove(0)
    }

    #[test]
    fn names_are_on_standard_input_and_nowhere_else() {
        let name = |text: &str| RelPath::new(text.as_bytes()).unwrap();
        let pairs = [("-rf $(x)", "b/'c'\n"), ("d", "e")].map(|(from, to)| Rename { from: name(from), to: name(to) });
        for (dir, root) in [("~", "./"), ("~/x y", "./x y"), ("/srv/b", "/srv/b"), ("-x", "./-x")] {
            let spec = far_moves(&plan(dir, json!({})), &pairs).unwrap();
            let stdin = format!("{root}\0./-rf $(x)\0./b/'c'\n\0{root}\0./d\0./e\0");
            assert_eq!(spec.stdin, Stdin::Bytes(stdin.into_bytes()));
            assert!(!spec.shown().contains("$(x)") && !spec.shown().contains("srv"), "{}", spec.shown());
        }
        assert!(!SCRIPT.contains(['\'', '!', '\\', '\n']));
    }

    #[test]
    fn options_that_leave_something_out_forbid_it() {
        for (rsync, allow) in [
            (json!({ "archive": true, "compress": true }), true),
            (json!({ "dry_run": true }), false),
            (json!({ "backup": true, "backup_dir": "b" }), false),
            (json!({ "existing": true }), false),
            (json!({ "_extra": ["--max-size=1M"] }), false),
        ] {
            assert_eq!(options_allow(&plan("/b", rsync.clone())), allow, "{rsync}");
        }
    }
}
