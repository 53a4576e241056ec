# What the check of a configuration says. Arguments are texts that are safe to show.

check-nothing-to-watch = No sync is configured: there is nothing to watch.
    .remedy = Add a sync with a source and a target.
check-facility-unknown = { $value } is no facility of syslog.
    .remedy = Take one of user, daemon, local0 to local7, or leave logfacility out.

## Keys and values

check-key-of-other-kind = A sync of kind { $kind } does not take { $key }.
    .remedy = Take it out, or choose the kind that takes it: { $kinds }.
check-target-of-rsyncssh = A sync of kind rsyncssh does not take target.
    .remedy = Write the machine as host and the folder there as targetdir, or choose the kind rsync.
check-host-without-rsyncssh = A sync of kind { $kind } does not take { $key }.
    .remedy = Write both in target, as HOST:FOLDER, or choose the kind rsyncssh.
check-not-a-number = { $key } is not a number.
    .remedy = Write a number.
check-too-small = { $value } is too small.
    .remedy = Write { $least } or more.
check-too-large = { $value } is too large.
    .remedy = Write { $most } or less.
check-empty = { $key } is empty.
    .remedy = Write a value, or take the key out.
check-line-break = { $key } has a line break or a NUL in it, which no command line and no file can carry.
    .remedy = Take it out.
check-batch-size-limit-alone = batchSizeLimit needs more than one process for this sync.
    .remedy = Set maxProcesses of the sync to 2 or more, or take batchSizeLimit out.

## Source and target

check-source-missing = The sync has no source.
    .remedy = Write the folder to watch, as an absolute path.
check-source-relative = The source { $source } is not an absolute path.
    .remedy = Write the whole path, beginning with a slash; a tilde is not expanded.
check-source-dots = The source { $source } has “..” in it.
    .remedy = Write the path that it leads to.
check-target-missing = The sync has no target.
    .remedy = Write a folder as an absolute path, USER@HOST::MODULE for an rsync server, or USER@HOST:FOLDER for ssh.
check-target-relative = The target { $target } is not an absolute path, and names no machine either.
    .remedy = Write the whole path of a folder, HOST::MODULE for an rsync server, or HOST:FOLDER for ssh.
check-target-no-module = The target { $target } names an rsync server, but no module of it.
    .remedy = Write the module behind the two colons, as HOST::MODULE; “rsync HOST::” lists what there is.
check-target-no-host = The target { $target } names no machine before its colon.
    .remedy = Write the machine's name or address in front.
check-target-bad-port = The port in the target { $target } is no number from 1 to 65535.
    .remedy = Correct it, or leave it out for rsync's own port, 873.
check-target-control = The target has a control character in it: { $target }
    .remedy = Take it out.
check-target-is-root = The target is the whole file system of this machine.
    .remedy = Choose a folder below it.
check-target-dots = The target { $target } has “..” in it.
    .remedy = Write the path that it leads to.
check-target-tilde = The ~ in { $target } would be taken as a folder of that name, since protect_args keeps names from the far shell.
    .remedy = Leave “~/” out: a path without a slash in front starts in the home folder there.
check-direct-not-local = The target { $target } is on another machine, and the kind direct copies on this one only.
    .remedy = Choose the kind rsync, or a folder of this machine.
check-host-dash = The machine in { $target } begins with a dash, which ssh would take for an option.
    .remedy = Correct the name.
check-host-missing = A sync of kind rsyncssh needs host.
    .remedy = Write the machine at the far side, as USER@HOST or HOST.
check-host-unreadable = { $target } is no name of a machine.
    .remedy = Write USER@HOST or HOST, without a path.
check-targetdir-missing = A sync of kind rsyncssh needs targetdir.
    .remedy = Write the folder at the far side.
check-rsyncssh-processes = A sync of kind rsyncssh runs one process at a time.
    .remedy = Set its maxProcesses to 1, or take it out.
check-target-is-source = The target is the source itself, { $source }.
    .remedy = Choose another folder.
check-target-inside-source = The target { $target } lies inside the source { $source }, so that it would be copied into itself.
    .remedy = Choose a target elsewhere, or leave it out of the sync: exclude = "{ $pattern }".
check-source-inside-target = The source { $source } lies inside the target { $target }, where it would be taken for a stranger and removed.
    .remedy = Choose a target elsewhere, or leave the source out of the sync: exclude = "{ $pattern }".

## Options of rsync

check-inplace-hard-links = { $option } together with hard links can write into a file through a name that no longer belongs to it, and that never heals.
    .remedy = Take out { $option } or hard_links.
check-inplace-partial-dir = rsync does not take { $option } together with --{ $other }.
    .remedy = Take out one of the two.
check-append = With { $option } a file that changed without growing is never corrected at the target.
    .remedy = Keep it only where files do nothing but grow, as logs do.
check-append-whole-file = rsync does not take { $option } together with whole_file.
    .remedy = Take out one of the two.
check-backup-without-dir = Copies of what is replaced are kept beside the files, so a folder that is removed at the source can never be removed at the target.
    .remedy = Set backup_dir to a folder for these copies, as ".backup".
check-suffix-without-backup = suffix does nothing without backup.
    .remedy = Set backup to true, or take suffix out.
check-suffix-empty = An empty suffix would replace each file by its own backup, and rsync refuses it.
    .remedy = Write a suffix, or set backup_dir.
check-suffix-slash = rsync takes no slash in suffix.
    .remedy = Use backup_dir to put the copies into a folder.
check-times-off = Without times every file looks changed, so each full pass reads all of them on both sides.
    .remedy = Leave times on unless the target cannot keep them.
check-dry-run = With dry_run nothing is ever transferred.
    .remedy = Take it out when the trial is over.
check-delete-excluded-alone = delete_excluded removes only in passes that remove, and delete does not allow that here.
    .remedy = Set delete to true or "startup", or take delete_excluded out.
check-chown-with-map = rsync does not take chown together with usermap or groupmap.
    .remedy = Write all of it in usermap and groupmap.
check-password-file-not-daemon = password_file is for modules of an rsync server; with any other target rsync refuses it.
    .remedy = Take it out, or write the target as USER@HOST::MODULE.
check-password-file-relative = The password file { $file } is not an absolute path.
    .remedy = Write the whole path, beginning with a slash.
check-rsh-with-daemon = With rsh the module is served by an rsync server that is started over the remote shell, not by the one that runs there.
    .remedy = Take rsh out unless that is meant.
check-rsh-local = { $option } does nothing with a folder of this machine.
    .remedy = Take it out.
check-contimeout-not-daemon = --contimeout is for connections to an rsync server; with any other target rsync refuses it.
    .remedy = Take it out; for ssh set ConnectTimeout there.
check-temp-dir-in-module = The rsync server looks for the temporary folder { $dir } inside the module.
    .remedy = Make that folder in the module, or leave temp-dir out.

## _extra

check-extra-tree = { $option } in _extra changes which folders rsync walks, which differs from run to run; with it the tree at the target would be wrong.
    .remedy = Take it out; folders are walked where needed.
check-extra-list = { $option } in _extra is needed for the list of what changed.
    .remedy = Take it out; to sync a part only, use filter and exclude.
check-extra-deletes = { $option } in _extra would decide what is removed at the target.
    .remedy = Take it out and set delete: true, false, "startup" or "running".
check-extra-source = { $option } in _extra would remove your own files from the source.
    .remedy = Take it out. Driftless never changes a source.
check-extra-nothing = With { $option } in _extra rsync transfers nothing, or something else than the changes, yet ends well.
    .remedy = Take it out; for a trial set dry_run = true.
check-extra-partial = With { $option } in _extra a cut transfer replaces the good old copy by a fragment.
    .remedy = Use --partial-dir=.rsync-partial.
check-extra-basis = { $option } in _extra makes rsync look into another folder, which leaves files out or breaks renames.
    .remedy = Take it out.
check-extra-early = With { $option } in _extra a run ends before all is done.
    .remedy = Take it out; to stop for a while, pause the sync.
check-extra-mode = { $option } in _extra makes rsync do something else than transfer.
    .remedy = Take it out.
check-extra-fuzzy = { $option } in _extra can lose both names of a renamed file in a run that also deletes.
    .remedy = Take it out.
check-extra-has-key = { $option } in _extra has a key of its own, { $key }, on which checks and runs depend.
    .remedy = Take it out and set { $key } instead.
check-extra-dropped = { $option } in _extra is left out: it would change the output that Driftless reads from rsync.
    .remedy = Take it out.
check-extra-size-only = With { $option } in _extra a change that leaves the size as it was never reaches the target.
    .remedy = Take it out unless the times at the target cannot be trusted.
check-extra-unknown = { $option } in _extra is no option of rsync 3.5; it is handed on as it is.
    .remedy = Check its spelling: a word that rsync does not know ends every run.
check-extra-without-value = { $option } in _extra needs a value.
    .remedy = Write it as one word with an equal sign, or as the next word.
check-extra-not-an-option = “{ $word }” in _extra is no option, so rsync would take it for a source or a target.
    .remedy = Take it out. A list of words is wanted: each option is one word.

check-keep-with-backup = With keep the trash takes what is removed or replaced, and { $option } would put it elsewhere.
    .remedy = Take one of the two out.

## Times

check-crontab-fields = “{ $line }” has { $fields } fields, and a crontab line has six, or five without the second.
    .remedy = Write second, minute, hour, day, month and weekday, as “0 0 3 * * *” for three o'clock.
check-crontab-field = { $value } in “{ $line }” is no { $field }.
    .remedy = Write *, a number from { $least } to { $most }, a range as 1-5, a list as 1,3, or a step as */2.
check-crontab-never = The time “{ $line }” never comes.
    .remedy = Write day and month so that the day is in the month.

## Syncs beside each other

check-duplicate-sync = This is sync { $first } once more: the same kind, source and target.
    .remedy = Take one of the two out.
check-duplicate-id = The id { $id } belongs to sync { $first } already.
    .remedy = Take the id of the copy out; a new one is made.
check-duplicate-name = The name { $name } belongs to sync { $first } already.
    .remedy = Choose another name.
check-id-unfit = The id { $id } cannot be used.
    .remedy = Take up to 64 letters, digits, dots, hyphens and underscores, no dot in front; or take it out and one is made.
check-same-target = Sync { $first } has the same target, { $other }: a full pass of one takes the other's files for strangers.
    .remedy = Give each a folder of its own below it, or set delete to false or "running" for both.
check-nested-target = This target and that of sync { $first }, { $other }, lie inside each other: a full pass of the outer one removes what the inner one brings.
    .remedy = Exclude the inner folder in the outer sync, or choose folders apart.
check-ring = Sync { $last } brings changes back to where sync { $first } takes them from: a change would go round for ever.
    .remedy = Take one of the two out. Two-way syncing is not what this program does.

## Our own keys

check-disk = “{ $value }” names no disk.
    .remedy = Write auto, UUID= with the UUID of its file system (“lsblk -f” shows it), or that with /folder behind it.
check-disk-not-local = Only a folder on this machine can be on a disk that comes and goes.
    .remedy = Take targetDisk out, or choose a folder as the target.
check-disk-folder = { $place } does not end in { $folder }, the folder on the disk.
    .remedy = Write behind the UUID the way from the disk's own root to that folder.
check-hours = “{ $value }” is no span of hours.
    .remedy = Write 22:00-06:00, sat-sun, or mon-fri 18:00-23:30.
check-network-empty = A network without a name never matches.
    .remedy = Take it out, or write the name as the system shows it.
