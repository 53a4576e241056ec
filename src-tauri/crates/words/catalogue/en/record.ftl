# What is remembered of a sync from one start to the next. $errno is the system's number for the reason, or its words.

record-unwritable = What has to be remembered for the next start cannot be written to { $path } ({ $errno ->
        [13] no permission
        [28] the disk is full
        [30] the disk is read-only
        [5] the disk reports an error
       *[other] error { $errno }
    }). Everything goes on; after the next start everything is compared.
    .remedy = Make room there, or let this user write to it. It is tried again by itself.
record-slow = What has to be remembered for the next start waits for its disk. Everything goes on without it.
    .remedy = Look at the disk of the state directory.
record-damaged = What was remembered of { $sync } cannot be read; everything is compared once.
    .remedy = Nothing need be done. If it happens again, look at the disk of the state directory.
