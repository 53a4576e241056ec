# Why nothing is started, to protect data. Always there: source, target, path, sync (its name).

failure-source-not-directory = { $source } is no folder any more.
    .title = The source is no folder
    .remedy = Nothing was deleted at { $target }. Put the folder back; the sync goes on by itself.
failure-source-replaced = { $source } is another folder than the one that was watched, or on another disk.
    .title = The source is another folder
    .remedy = Nothing was deleted at { $target }. Mount the right disk or put the folder back, and the sync goes on by itself. If the new one is right, say so: driftlessd allow '{ $sync }'
    .window = Nothing was deleted at { $target }. Mount the right disk or put the folder back, and the sync goes on by itself. If the new one is right, look at what would go, and say so.
failure-source-emptied = { $source } is empty now, and was not.
    .title = The source is empty
    .remedy = Nothing was deleted at { $target }. If its disk is not mounted, mount it, and the sync goes on by itself. If it is meant to be empty, say so: driftlessd allow '{ $sync }'
    .window = Nothing was deleted at { $target }. If its disk is not mounted, mount it, and the sync goes on by itself. If it is meant to be empty, look at what would go, and say so.
failure-source-mount-gone = The disk that was mounted at { $path } inside { $source } is gone.
    .title = A disk inside the source is gone
    .remedy = Nothing was deleted at { $target }. Mount it again, and the sync goes on by itself. If it is gone for good, say so: driftlessd allow '{ $sync }'
    .window = Nothing was deleted at { $target }. Mount it again, and the sync goes on by itself. If it is gone for good, look at what would go, and say so.
failure-target-gone = The folder { $target } is gone.
    .title = The target is gone
    .remedy = Nothing was written in its place. If its disk is not mounted, mount it, and the sync goes on by itself. If it is to be made anew, say so: driftlessd allow '{ $sync }'
    .window = Nothing was written in its place. If its disk is not mounted, mount it, and the sync goes on by itself. If it is to be made anew, say so.
failure-target-replaced = { $target } is another folder than the one that was written to, or on another disk.
    .title = The target is another folder
    .remedy = Nothing was written to it. Mount the right disk, and the sync goes on by itself. If the new one is right, say so: driftlessd allow '{ $sync }'
    .window = Nothing was written to it. Mount the right disk, and the sync goes on by itself. If the new one is right, say so.
failure-target-not-mounted = The disk for { $target } is not mounted.
    .title = The target's disk is not mounted
    .remedy = Nothing was written to its empty mount point. Mount the disk, and the sync goes on by itself. If the folder is right as it is, say so: driftlessd allow '{ $sync }'
    .window = Nothing was written to its empty mount point. Mount the disk, and the sync goes on by itself. If the folder is right as it is, say so.

# What waits for somebody's word. Always there: source, target, sync, count, limit, names, sent, changed.

failure-delete-budget = { $count ->
    [one] One file
   *[other] { $count } files
 } would be deleted at { $target }, and { $limit ->
    [one] one
   *[other] { $limit }
 } may go without asking: { $names }.
    .title = Deletions wait for your word
    .remedy = Nothing was deleted there; everything else goes on. If the files are meant to go, say so: driftlessd allow '{ $sync }'. If not, put them back, and the question goes away.
    .window = Nothing was deleted there; everything else goes on. If the files are meant to go, look at them, and say so. If not, put them back, and the question goes away.
failure-rehearsal = The first full pass to { $target } would send { $sent }, change { $changed } and delete { $count }.
    .title = Ready to start
    .remedy = Nothing is done before you say so: driftlessd allow '{ $sync }'
    .window = Nothing is done before you start it.
