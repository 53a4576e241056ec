//! What a file may cost, and the first thing that stopped it.
//!
//! Lua code is counted by a hook. A single call into Lua's C library cannot be interrupted, so the few that can be
//! made to run for hours (patterns that backtrack, ranges without end) are measured before they run, in
//! [`super::library`].

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use driftless_core::problem::Problem;
use mlua::debug::{Debug, DebugEvent, HookTriggers};
use mlua::{Error, Lua, VmState};

use super::places::Places;
use crate::MAX_BYTES;
use crate::node::Spot;

/// Instructions of a whole file: a configuration needs thousands.
const MAX_INSTRUCTIONS: u64 = 10_000_000;
const HOOK_EVERY: u32 = 1_000;
const LINE_COST: u64 = 20;
/// Where counting instructions is not enough (each moving megabytes), time is.
const MAX_TIME: Duration = Duration::from_secs(10);
/// Lua's own memory in bytes.
const MAX_MEMORY: usize = 64 * 1024 * 1024;
/// Values in all `sync{}` and `settings{}` together.
const MAX_VALUES: usize = 200_000;
/// Bytes of all values as they are written out again: what was read can then always be read from its own export.
const MAX_WRITTEN: usize = MAX_BYTES - 64 * 1024;
/// What a value costs there beside its text: a quote at each end, a comma, its line's beginning.
const WRITTEN_AROUND: usize = 8;
/// How often calls that come back into Lua may nest.
const MAX_DEPTH: usize = 30;

/// One file that was loaded.
pub(super) struct Source {
    pub name: Rc<str>,
    pub places: Places,
    /// How often the calls of a line were made, to tell several on one line apart.
    pub made: std::collections::BTreeMap<(String, usize), usize>,
}

/// The watch over one run.
pub(super) struct Guard {
    pub sources: RefCell<Vec<Source>>,
    /// Chunk and line that ran last.
    here: Cell<(usize, usize)>,
    instructions: Cell<u64>,
    began: Instant,
    values: Cell<usize>,
    read: Cell<usize>,
    written: Cell<usize>,
    depth: Cell<usize>,
    stopped: RefCell<Option<Problem>>,
    final_: Cell<bool>,
}

impl Guard {
    pub fn new() -> Guard {
        Guard {
            sources: RefCell::default(),
            here: Cell::new((0, 1)),
            instructions: Cell::new(0),
            began: Instant::now(),
            values: Cell::new(0),
            read: Cell::new(0),
            written: Cell::new(0),
            depth: Cell::new(0),
            stopped: RefCell::default(),
            final_: Cell::new(false),
        }
    }

    /// Begins to count.
    pub fn watch(self: &Rc<Self>, lua: &Lua) -> mlua::Result<()> {
        lua.set_memory_limit(MAX_MEMORY)?;
        let guard = Rc::clone(self);
        let triggers = HookTriggers::EVERY_LINE.every_nth_instruction(HOOK_EVERY);
        lua.set_hook(triggers, move |_, debug| guard.step(debug))
    }

    fn step(&self, debug: &Debug<'_>) -> mlua::Result<VmState> {
        if let Some(place) = place_of(debug) {
            self.here.set(place);
        }
        // A new line costs more than what runs on it: it is where this is called.
        let cost = if debug.event() == DebugEvent::Count { u64::from(HOOK_EVERY) } else { LINE_COST };
        self.instructions.set(self.instructions.get() + cost);
        if self.instructions.get() > MAX_INSTRUCTIONS || self.began.elapsed() > MAX_TIME {
            return Err(self.stop_for_good(Problem::error("lua-endless")));
        }
        Ok(VmState::Continue)
    }

    /// Where the program is.
    pub fn spot(&self) -> Spot {
        let (chunk, line) = self.here.get();
        self.spot_at(chunk, line)
    }

    pub fn spot_at(&self, chunk: usize, line: usize) -> Spot {
        let sources = self.sources.borrow();
        let name = sources.get(chunk).map_or_else(|| Rc::from(""), |source| Rc::clone(&source.name));
        Spot { file: name, line, column: 0 }
    }

    /// Stops the program with this problem, here; `pcall` may catch it.
    pub fn stop(&self, problem: Problem) -> Error {
        if !self.final_.get() {
            *self.stopped.borrow_mut() = Some(self.spot().mark(problem));
        }
        Error::RuntimeError("stopped".to_owned())
    }

    /// The same, and no `pcall` catches it.
    pub fn stop_for_good(&self, problem: Problem) -> Error {
        let error = self.stop(problem);
        self.final_.set(true);
        error
    }

    /// The same, at the place that the problem names.
    pub fn stop_at(&self, problem: Problem) -> Error {
        if !self.final_.get() {
            *self.stopped.borrow_mut() = Some(problem);
            self.final_.set(true);
        }
        Error::RuntimeError("stopped".to_owned())
    }

    /// Lua had no more memory.
    pub fn out_of_memory(&self) -> Error {
        self.stop_for_good(Problem::error("lua-memory").with("limit", MAX_MEMORY / (1024 * 1024)))
    }

    /// What `pcall` caught is over, unless it may not be caught.
    pub fn caught(&self) -> bool {
        if !self.final_.get() {
            self.stopped.borrow_mut().take();
        }
        !self.final_.get()
    }

    pub fn take_stop(&self) -> Option<Problem> {
        self.stopped.borrow_mut().take()
    }

    /// Counts the text of a file.
    pub fn read(&self, text: &[u8]) -> mlua::Result<()> {
        self.read.set(self.read.get().saturating_add(text.len()));
        self.stop_beyond(self.read.get() > MAX_BYTES)
    }

    /// Counts a value that is kept, with its text.
    pub fn keep(&self, text: &[u8]) -> mlua::Result<()> {
        self.values.set(self.values.get() + 1);
        // As the export writes it: a control character is up to a backslash and three digits.
        let control = text.iter().filter(|b| b.is_ascii_control()).count();
        let quoted = text.iter().filter(|b| matches!(b, b'"' | b'\\')).count();
        let written = text.len() + quoted + 3 * control + WRITTEN_AROUND;
        self.written.set(self.written.get().saturating_add(written));
        self.stop_beyond(self.values.get() > MAX_VALUES || self.written.get() > MAX_WRITTEN)
    }

    fn stop_beyond(&self, beyond: bool) -> mlua::Result<()> {
        if beyond {
            return Err(self.stop_for_good(Problem::error("lua-too-much")));
        }
        Ok(())
    }

    /// Runs something that comes back into Lua, not too deep in itself.
    pub fn nested<T>(&self, inside: impl FnOnce() -> mlua::Result<T>) -> mlua::Result<T> {
        if self.depth.get() >= MAX_DEPTH {
            return Err(self.stop_for_good(Problem::error("lua-too-deep")));
        }
        self.depth.set(self.depth.get() + 1);
        let result = inside();
        self.depth.set(self.depth.get() - 1);
        result
    }
}

/// Chunk and line of a frame; `None` in C.
pub(super) fn place_of(debug: &Debug<'_>) -> Option<(usize, usize)> {
    let line = debug.current_line()?;
    let source = debug.source().source?;
    let chunk = source.strip_prefix("=c")?.parse().ok()?;
    Some((chunk, line))
}
