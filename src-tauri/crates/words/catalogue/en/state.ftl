# How it goes, in one sentence. $target is a machine's name or a folder.

state-none = No backup yet.
state-all-safe = Everything changed before { $time } is safe.
state-safe = Everything changed before { $time } is on { $target }.
state-watching = Watching { $source }; what changes from now on is brought over.
state-starting = Looking through { $source }…
state-comparing = Comparing with { $target }…
state-comparing-so-far = { $done ->
    [one] Comparing with { $target }: { $done } file so far…
   *[other] Comparing with { $target }: { $done } files so far…
}
state-comparing-of = Comparing with { $target }: { $done } of about { $total } files…
state-sending = { $count ->
    [one] Sending { $count } change to { $target }…
   *[other] Sending { $count } changes to { $target }…
}
state-waiting = { $count ->
    [one] { $count } change leaves for { $target } soon.
   *[other] { $count } changes leave for { $target } soon.
}
state-paused-until = Paused until { $time }.
state-paused = Paused until you resume.
state-away-source = The disk of { $place } is not plugged in; it goes on when it is.
state-away-target = The disk of { $place } is not plugged in; it goes on when it is.
state-held-delete-budget = { $count ->
    [one] { $count } file would be deleted on { $target }: that waits for your word. Copies go on.
   *[other] { $count } files would be deleted on { $target }: that waits for your word. Copies go on.
}
state-held-rehearsal = Rehearsed, nothing done yet: { $target } waits for your word.
state-failing = Nothing has reached { $target } since { $since }.
state-wait = { $count ->
    [one] { $count } change waits.
   *[other] { $count } changes wait.
}
state-wait-since = { $count ->
    [one] { $count } change waits since { $time }.
   *[other] { $count } changes wait since { $time }.
}
state-next-try = Trying again at { $time }.

# Lengths of time.

span-seconds = { $count } s
span-minutes = { $count } min
span-hours = { $count } h
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
