# The form of one sync. Help for single keys is the model's own (in other languages: option.ftl).

form-tab-what = What
form-tab-where = Where
form-tab-when = When
form-tab-deletions = Deletions
form-tab-more = More
form-tab-text = As text
form-wrong = to correct
form-save = Save
form-remove = Remove sync
form-remove-title = Remove this sync?
form-remove-text = Nothing is brought over any more. The files stay where they are, here and at the target.
form-changed = changed
form-reset = Reset
form-default = Default: { $value }
form-search = Search all options
form-only-changed = Only changed ones
form-none-found = No option fits.
form-kind = How changes are brought over
form-kind-rsync = rsync (a folder, a server, or over ssh)
form-kind-rsyncssh = rsync over ssh, with moves done at the far side
form-kind-direct = Copies on this computer, without rsync
form-password = Password…
form-conditions = Conditions
form-conditions-why = It runs only while all of these are met. Which one pauses it is always said, and can be overruled.
form-guards = Ask first
form-excludes = What is left out
form-excludes-why = One pattern a line, in rsync's own meaning
form-preset-caches = Caches
form-preset-builds = Build output
form-preset-trash = Trash
form-preset-temporary = Temporary files
form-left-out = { $count ->
    [0] { $size } left out
    [one] { $size } left out, in { $count } folder
   *[other] { $size } left out, in { $count } folders
}
form-left-out-least = { $count ->
    [0] At least { $size } left out
    [one] At least { $size } left out, in { $count } folder
   *[other] At least { $size } left out, in { $count } folders
}
form-sent = { $count ->
    [one] { $size } in { $count } file is sent.
   *[other] { $size } in { $count } files are sent.
}
form-matches-nothing = matches nothing
form-why-title = Why is this file left out?
form-out = left out by { $rule } (line { $line })
form-out-file = left out by { $rule } ({ $file }, line { $line })
form-out-above = left out with { $at }, by { $rule } (line { $line })
form-text-command = Command line
form-text-toml = TOML
form-text-lsyncd = lsyncd.conf

# What becomes of files at the target that are not in the source.
delete-true = The target becomes the same as the source
delete-true-why = What is removed here is removed there, and what was never here goes in the first full pass.
delete-false = Nothing is ever removed there
delete-false-why = Files that are removed here stay at the target.
delete-startup = Only full passes at the start remove
delete-startup-why = The first comparison removes what is not here; later removals are not carried over.
delete-running = Only what is removed here while it runs
delete-running-why = Files at the target that were never here stay.

# Groups of keys.
group-what = What
group-where = Where
group-when = When
group-limits = Limits
group-deletions = Deletions
group-failures = Failures
group-identity = Identity
group-program = Programs
group-access = Access
group-transfer = Transfer
group-keep = What is kept of a file
group-links = Symbolic links
group-compare = Comparing
group-backup = Copies of what is replaced
group-expert = For experts
group-ssh = ssh
group-conditions = Conditions
group-log = Log
group-process = Process
group-status = Status file
group-watching = Watching
group-file = File
group-window = Window
group-notifications = Notifications
group-other = Other

# Units, and values that are words.
unit-s = s
unit-changes = changes
unit-processes = processes
unit-bytes = bytes
unit-kib-s = KiB/s
unit-files = files
unit-days = days
choice-inotifyMode-closewrite = When a written file is closed
choice-inotifyMode-modify = At every write
choice-inotifyMode-closewrite-or-modify = At both
