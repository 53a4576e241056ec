# The tray's menu.

tray-sync-line = { $name } → { $target }
tray-sync-line-paused = { $name } → { $target }  ⏸ paused
tray-sync-line-bad = { $name } → { $target }  ⚠ look
tray-sync-line-held = { $name } → { $target }  ⚠ held
tray-sync = Sync now
tray-pause = Pause
tray-pause-hour = For 1 hour
tray-pause-tomorrow = Until tomorrow, 08:00
tray-pause-resumed = Until I resume
tray-resume = Resume
tray-open-source = Open source
tray-open-target = Open target
tray-show-problem = Show problem
tray-sync-all = Sync all now
tray-pause-all = Pause all
tray-resume-all = Resume all
tray-recent = Recent changes
tray-recent-line = { $time }  { $name }
tray-set-up = Set up…
tray-open = Open Driftless
tray-quit = Quit
