# The window: its frame, the overview, what was, restoring, the program's own settings.
# $target is a machine's name or a folder; times and sizes come as they are to be read.

## The frame

window-nav = Pages
window-page-overview = Overview
window-page-activity = Activity
window-page-restore = Restore
window-page-receiver = Receiver
window-page-settings = Settings
window-page-doctor = Doctor
window-page-form = Sync
window-page-first = First backup
window-page-import = Import
window-close = Close
window-cancel = Cancel
window-back = Back
window-next = Next
window-more = More
window-copy = Copy
window-copied = Copied.
window-choose = Choose…
window-loading = One moment…
window-page-of = { $from }–{ $to } of { $total }

## Overview

window-new-sync = New sync
window-set-up = Set up a backup
window-import = Import lsyncd.conf
window-by-hand = Set up by hand
window-none-text = Choose the folders that matter and a place for them. From then on every change is brought there within seconds.
window-config-broken = The configuration file has errors; what ran before goes on
window-edit = Edit
window-restore = Restore
window-sync-anyway = Sync anyway
window-waiting = What waits
window-waiting-show = { $count ->
    [one] { $count } waiting change
   *[other] { $count } waiting changes
}
window-change-create = New
window-change-modify = Changed
window-change-attrib = Attributes
window-change-delete = Removed
window-change-init = Everything
window-change-active = on its way
window-pass = Full pass of { $name }
window-pass-sent = { $size } sent
window-pass-left = { $span } left
window-sent-day = { $size } in 24 hours
window-sent-month = { $size } in 30 days
window-plot-switch = Show the last day or the last month
window-last-pass = Last full pass { $time }
window-may-remain = Files that were removed here while nobody watched may remain there.
window-details = Details
window-cut = { $count } more characters are left out.
# Which rule of a sync pauses it.
rule-mains = Paused: this computer runs on battery.
rule-metered = Paused: this network is paid for by volume.
rule-networks = Paused: this is none of the networks { $wants }.
rule-hours = Paused: it runs only { $wants }.

window-next-try-in = Trying again in { $span }.

# State in one or two words, beside its sign.
state-word-safe = Safe
state-word-working = Sending
state-word-pass = Full pass
state-word-waiting = Waiting
state-word-attention = Attention
state-word-failing = Failing
state-word-held = Held
state-word-paused = Paused
state-word-away = Disk away
state-word-none = No backup yet

# What can be done about a failure.
window-do-password = Enter password
window-do-unlock = Unlock the keyring
window-do-allow = Really delete there
window-do-start = Start
window-do-look = Look
window-do-edit = Edit sync
window-do-try = Try now
window-do-open-source = Open source
window-do-open-target = Open target

## Held, rehearsed

window-hold-rehearsing = Finding out what would be done at { $target }. Nothing is done yet.
window-hold-title = { $name } is held to protect your files
window-hold-title-rehearsal = What the first pass of { $name } would do
window-hold-more = { $count ->
    [one] { $count } more removal came in since, and waits too.
   *[other] { $count } more removals came in since, and wait too.
}
window-hold-copies = New and changed files are brought over all the while; only deletions wait.
window-hold-guard = “Really delete there” takes what stands here now for right: what is no longer here is then deleted there.
window-hold-keep = Keep everything
window-hold-later = Not yet
window-picture-deleted = { $count ->
    [0] Nothing would be deleted
    [one] { $count } entry would be deleted
   *[other] { $count } entries would be deleted
}
window-picture-changed = { $count ->
    [0] Nothing would be changed
    [one] { $count } entry would be changed
   *[other] { $count } entries would be changed
}
window-picture-sent = { $count ->
    [0] Nothing new would be sent
    [one] { $count } new entry would be sent
   *[other] { $count } new entries would be sent
}
window-picture-more = and { $count } more

## Activity

activity-sync = Sync
activity-all = All syncs
activity-show = Show
activity-show-all = Everything
activity-show-failed = What failed
activity-show-removed = What was removed
activity-none = Nothing yet.
activity-batch = Changes
activity-pass = Full pass
activity-restore = Restored
activity-rehearsal = Rehearsal
activity-sent = { $count ->
    [one] { $count } sent
   *[other] { $count } sent
}
activity-brought = { $count ->
    [one] { $count } item brought back
   *[other] { $count } items brought back
}
activity-removed = { $count ->
    [one] { $count } removed
   *[other] { $count } removed
}
activity-failed = { $count ->
    [one] { $count } failed
   *[other] { $count } failed
}
activity-nothing-sent = Nothing to send
activity-outcome-done = Done
activity-outcome-partial = Partly
activity-outcome-failed = Failed
activity-outcome-stopped = Stopped
activity-took = took { $span }
activity-older = Older

## Restore

restore-sync = Sync
restore-point = State
restore-now = As it is at the target now
restore-removed-at = Removed or replaced at { $time }
restore-choose-sync = Choose a sync to look into its target.
restore-empty = There is nothing in here.
restore-top = Top
restore-path = Folder
restore-here-same = same here
restore-here-other = differs here
restore-here-missing = no longer here
restore-chosen = { $count ->
    [0] Nothing chosen
    [one] { $count } chosen
   *[other] { $count } chosen
}
restore-beside = Bring back into a new folder
restore-stop = Stop
restore-over = Bring back over the original
restore-over-title = Replace what stands here now?
restore-over-title-none = Bring back to where it was?
restore-over-text = { $count ->
    [0] Nothing that is here now is replaced.
    [one] This file in the source is replaced. What is replaced here is gone.
   *[other] { $count } files in the source are replaced. What is replaced here is gone.
}
restore-over-do = Replace
restore-over-do-none = Bring back
restore-done = { $count ->
    [one] { $count } file was brought back to { $place }.
   *[other] { $count } files were brought back to { $place }.
}

## Passwords

password-title = Password
password-for = The password for { $target }
password-field = Password
password-never-shown = It is never shown again. It can be replaced or forgotten.
password-keep = Where it is kept
password-keep-keyring = In the keyring
password-keep-keyring-why = Safe, and still there after a restart.
password-keep-session = For this run only
password-keep-session-why = In memory; asked for again after a restart.
password-keep-file = In a file
password-keep-file-why = Readable by you alone (mode 0600), but not encrypted: who can read your files can read it.
password-keyring = Keyring
password-keyring-locked = The keyring is locked.
password-keyring-locked-do = Unlock it, or keep the password for this run only.
password-keyring-absent = This computer has no keyring running.
password-keyring-absent-do = Keep the password for this run only, or in a file.
password-keyring-denied = The keyring refused.
password-keyring-denied-do = Allow Driftless in the keyring's own settings, or keep the password elsewhere.
password-keyring-slow = The keyring does not answer.
password-keyring-slow-do = It may wait for an answer of yours in another window.
password-store = Store
password-forget = Forget
password-kept = The password is stored.
password-forgotten = The password is forgotten.

## Settings

settings-window = Window
settings-language = Language
settings-language-system = As the system
settings-appearance = Appearance
settings-appearance-system = As the system
settings-appearance-light = Light
settings-appearance-dark = Dark
settings-start = Start
settings-autostart = Start when I log in
settings-autostart-why = In the background: no window opens.
settings-notifications = Notifications
settings-notify-failing = When something has not been safe for a while
settings-notify-held = When a sync is held to protect files
settings-notify-password = When a password is missing or refused
settings-notify-recovered = When all is well again
settings-engine = Engine
settings-file = Configuration
settings-import = Import…
settings-export-toml = Export as TOML…
settings-export-lsyncd = Export as lsyncd.conf…
settings-exported = Written to { $place }.
settings-diagnostics = Copy diagnostics
settings-diagnostics-why = Versions, states and counts. No names of files, no addresses, no passwords.
settings-version = Driftless { $version }
settings-saved = Saved.

## Import

import-text = Reads an lsyncd.conf or a TOML file. Nothing is changed before you say so; scripts in it are never run.
import-choose = Choose a file…
import-found = { $count ->
    [one] { $count } sync found
   *[other] { $count } syncs found
}
import-not-carried = What was not carried over, or needs a look
import-all-carried = Everything was carried over.
import-take = Take in
import-taken = { $count ->
    [one] { $count } sync taken in.
   *[other] { $count } syncs taken in.
}

## Doctor

doctor-text = What Driftless needs from this computer.
doctor-gauge = Watched folders
doctor-watches-of = { $used } of { $limit } that the system allows
doctor-watches-plain = { $used } watched
doctor-ok = All right
doctor-warning = Needs a look
doctor-failed = Missing

## Receiver

window-receiver-text = Receive here what another computer sends: a server for one folder, which runs while Driftless runs.
window-receiver-folder = Folder
window-receiver-network = Computers of this network may connect
window-receiver-network-why = Otherwise only this computer itself.
window-receiver-start = Start receiving
window-receiver-stop = Stop receiving
window-receiver-running = Receiving
window-receiver-stopped = Not receiving
window-receiver-target = Target to enter on the other computer
window-receiver-password = Copy password
window-receiver-password-why = Enter it on the other computer when it asks.
window-receiver-password-copied = The password is on the clipboard.
doctor-rsync = rsync { $version } is here: { $path }
    .remedy = Install rsync 3.1.3 or later.
doctor-rsync-missing = rsync is not here.
    .remedy = Install rsync.
doctor-watches = { $used } of { $limit } possible watches are in use.
    .remedy = Raise the limit: sudo sysctl fs.inotify.max_user_watches={ $wanted }
doctor-keyring = The keyring answers.
doctor-keyring-locked = The keyring is locked.
    .remedy = Unlock it, or log in again.
doctor-keyring-absent = No keyring answers.
    .remedy = Start a keyring (GNOME Keyring, KWallet or KeePassXC), or keep passwords in files.
doctor-tray = This desktop shows tray icons.
doctor-tray-absent = This desktop shows no tray icons.
    .remedy = Install an extension for them, or start Driftless again to open its window; it works all the same.
