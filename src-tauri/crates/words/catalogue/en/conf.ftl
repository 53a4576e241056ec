# What is wrong with a configuration file. Always with a place; $key is the key as it stands in its file. Numbers are
# handed over as texts.

conf-syntax = This is not TOML: { $message }.
    .remedy = Correct the file here; nothing after this place was read.
conf-not-utf8 = The file is not written in UTF-8 from here on.
    .remedy = Save it as UTF-8 in your editor.
conf-text-not-utf8 = The value of { $key } is not UTF-8: { $value }
    .remedy = Write it in UTF-8. Folders whose own name is not UTF-8 cannot stand in a configuration; rename them.
conf-too-large = The file is larger than { $limit } bytes.
    .remedy = A configuration is never that large: check that it is the right file.
conf-value = The configuration cannot be read: { $message }.
    .remedy = Correct the value it names.
conf-key-unknown = { $table ->
    [sync] No sync has a key { $key }.
    *[other] There is no key { $key } here.
 }
    .remedy = Remove it, or look up its name in the reference.
conf-key-unknown-near = There is no key { $key } here.
    .remedy = Perhaps it should be { $near }.
conf-key-elsewhere = { $key } does not belong { $table ->
    [settings] to settings
    [app] to app
    [sync] to a sync itself
    *[other] here
 }.
    .remedy = { $other ->
    [settings] Write it under settings.
    [app] Write it under app.
    [sync] Write it in each sync that needs it.
    *[other] Write it in the table { $other }.
 }
conf-key-hook = { $key } is one of lsyncd's scripting hooks, which a declared configuration does not have.
    .remedy = Keep the file as lsyncd.conf and run it whole: driftlessd CONFIG
conf-key-removed = { $key } was removed from lsyncd in 2.2.0.
    .remedy = Remove it: changes are handed to rsync in lists of any length.
conf-key-kind = A sync of the kind { $kind } does not take { $key }.
    .remedy = Remove it, or choose a kind that takes it: { $kinds }.
conf-key-missing = { $key ->
    [kind] The sync does not say its kind.
    [source] The sync has no source.
    *[other] The sync needs { $key }.
 }
    .remedy = { $key ->
    [kind] Write kind = "rsync", "rsyncssh" or "direct".
    [source] Name the folder to watch: source = "/the/folder"
    [target] Say where to: target = "/a/folder" or "user@host::module"
    [host] Name the machine at the far side: host = "user@machine"
    *[other] Name the folder at the far side: targetdir = "/a/folder"
 }
conf-type = { $key } is { $found ->
    [bool] true or false
    [integer] a whole number
    [number] a number
    [text] a text
    [list] a list
    [table] a table
    [date] a date
    *[function] a function
 } here.
    .remedy = { $wanted ->
    [bool] Write true or false, without quotes.
    [integer] Write a whole number, without quotes.
    [number] Write a number, without quotes.
    [text] Write a text in quotes.
    [texts] Write a text, or a list of texts.
    [list] Write a list of texts.
    [tables] Write each sync as a table of its own, under [[sync]].
    *[table] Write a table.
 }
conf-range = { $key } is { $value }, which is out of range.
    .remedy = { $unit ->
    [none] From { $min } to { $max } is possible.
    *[other] From { $min } to { $max } { $unit } is possible.
 }
conf-range-min = { $key } is { $value }, which is too small.
    .remedy = { $unit ->
    [none] { $min } is the smallest.
    *[other] { $min } { $unit } is the smallest.
 }
conf-range-max = { $key } is { $value }, which is too large.
    .remedy = { $unit ->
    [none] { $max } is the largest.
    *[other] { $max } { $unit } is the largest.
 }
conf-choice = { $key } cannot be { $value }.
    .remedy = Choose one of { $choices }.
conf-exit-code = { $value } in { $key } is no exit code.
    .remedy = Exit codes are numbers from 0 to 255.

## lsyncd.conf, a program in Lua

lua-syntax = This is not Lua: { $message }
    .remedy = Correct the file at this line or just above it.
lua-error = The file stops with an error of Lua: { $message }
    .remedy = Correct what it names; lsyncd would stop here too.
lua-endless = The file does not come to an end: it was stopped here.
    .remedy = Look for a loop without an end, or for a search over a very long text.
lua-memory = The file uses more than { $limit } MB of memory and was stopped.
    .remedy = Look for a text or a table that grows without an end.
lua-too-deep = Tables, or files that include one another, are nested too deep here.
    .remedy = Look for a table that holds itself, or a file that includes itself.
lua-too-much = The file configures more than anybody could: it was stopped here.
    .remedy = Look for a loop that calls sync again and again.
lua-binary = This is no text file.
    .remedy = Give the Lua source; compiled Lua is not read.
lua-refused = { $name } is not available while a configuration is read.
    .remedy = Reading a file must not reach beyond it. Write the value itself, or use os.getenv or dofile.
lua-file = { $name } could not be included: { $reason }
    .remedy = A file may include others below its own folder.
lsyncd-no-table = { $name } needs a table.
    .remedy = Write { $name }, then the keys in braces.
lsyncd-nothing-to-watch = The file has no sync, so there is nothing to watch.
    .remedy = Add a sync with default.rsync, a source and a target.
lsyncd-positional = A value without a key stands here: { $value }
    .remedy = Write key = value.
lsyncd-parallel-rsyncssh = A sync with default.rsyncssh runs one transfer at a time.
    .remedy = Remove maxProcesses, or set it to 1.
lsyncd-comment = The comment for Driftless cannot be read: { $message }
    .remedy = Write key = value, with texts in double quotes.
lsyncd-comment-place = The comment for Driftless about { $key } belongs to no sync here.
    .remedy = Put it inside the braces of its sync; app.key = value may stand anywhere.
lsyncd-note-hook = { $key } of sync { $number } is scripting and is not carried over; the rest of the sync is.
    .remedy = This version runs no scripts. Take it out, or leave this sync to lsyncd.
lsyncd-note-tunnel = The tunnel of sync { $number } is not carried over; the rest of the sync is.
    .remedy = Start the tunnel on its own, or let rsync reach the machine through ssh.
lsyncd-note-script = Sync { $number } is scripted from end to end and is not carried over.
    .remedy = This version runs no scripts. Take it out, or leave this sync to lsyncd.
lsyncd-note-no-default = Sync { $number } names no default.rsync, default.rsyncssh or default.direct and does nothing; it is left out.
    .remedy = Put one of them first in its braces.
