# What the window's own commands can say.

config-unreadable = The configuration { $file } cannot be read: { $error }.
    .remedy = Correct it in an editor, or move it away to begin anew. What ran before goes on.
config-unwritable = The configuration { $file } cannot be written: { $error }.
    .remedy = Make room, or give yourself the right to write there; then save again. Nothing was changed.
config-changed-outside = The configuration { $file } was changed by somebody else meanwhile.
    .remedy = Nothing was written. Look at it anew, and make your change again.
engine-ended = Driftless is about to end.
    .remedy = Start it again.
no-such-sync = There is no sync { $sync } any more.
    .remedy = Go back to the overview, which shows what there is.
open-failed = { $path } cannot be opened: { $error }.
    .remedy = See whether it is there, and whether a program for folders is installed.
not-local = { $target } is no folder on this machine.
    .remedy = Look at it where it is.
autostart-failed = The entry for the log-in at { $file } cannot be written: { $error }.
    .remedy = Give yourself the right to write there, then try again.
already-running = { $config } is being run already: { $error }.
    .remedy = End that process first, or start this one with another configuration (--config FILE).
dialog-failed = The desktop's own dialog for folders did not open.
    .remedy = Type the path instead.
no-such-entry = There is no such folder in the source.
    .remedy = Look at the source anew.
path-not-utf8 = The name { $path } is not UTF-8, so the configuration cannot hold it.
    .remedy = Rename it, or take a folder above it.
internal-error = Something went wrong inside Driftless: { $error }.
    .remedy = Please report it.
