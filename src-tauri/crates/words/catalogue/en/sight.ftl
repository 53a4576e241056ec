# What the watcher cannot see. $errno is the system's number for the reason.

sight-unreadable = The folder { $path } of the source cannot be read ({ $errno ->
        [13] no permission
        [5] its disk reports an error
        [110] it does not answer
       *[other] error { $errno }
    }); what changes in it is not noticed.
    .remedy = Let this user read it, or exclude it. It is looked at again from time to time.
sight-limit = The system watches at most { $limit } folders for this user, so the changes below /{ $path } are only looked for from time to time.
    .remedy = Raise the limit: sudo sysctl fs.inotify.max_user_watches={ $wanted }
sight-polling = The source is on a file system ({ $filesystem }) that does not report what others change in it; it is looked over from time to time.
    .remedy = Run Driftless on the machine that holds the files, if changes must go at once.
sight-polling-inside = The folder { $path } of the source is on a file system ({ $filesystem }) that does not report what others change in it; it is looked over from time to time.
    .remedy = Exclude it if it is backed up elsewhere, or run Driftless on the machine that holds the files.
sight-no-source = The source { $source } is not there or cannot be watched ({ $errno ->
        [2] no such folder
        [13] no permission
        [20] not a folder
        [110] it does not answer
       *[other] error { $errno }
    }). Nothing is removed at the target.
    .remedy = Make the folder or mount its disk; the sync goes on by itself.
look-failed = { $path } cannot be looked at ({ $errno ->
        [13] no permission
        [5] its disk reports an error
       *[other] error { $errno }
    }); it waits.
    .remedy = Let this user read it, or exclude it. It is tried again by itself.
look-links-cut = A file in { $source } has several names, and the source is too large to look for all of them: those not found stay as they were at the target until the next full pass.
    .remedy = Start a full pass when it matters: driftlessd sync
    .window = Choose “Sync now” when it matters.
