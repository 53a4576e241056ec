# Notifications: titles of at most 40 characters with a name of 18.

notice-failing = { $name } not safe since { $time }
notice-held = { $name } held to protect data
notice-recovered = { $name } is backed up again
notice-recovered-body = { $count ->
    [0] After { $span }.
    [one] After { $span }; { $count } file sent.
   *[other] After { $span }; { $count } files sent.
}
notice-no-tray = This desktop shows no tray icons
notice-no-tray-body = Driftless works all the same. Start it once more to open its window.
notice-details = Show details
notice-enter-password = Enter password
notice-try-now = Try now
notice-snooze = Snooze a day
