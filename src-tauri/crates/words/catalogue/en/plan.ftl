# What stands between a sound configuration and running it.

plan-kind-not-yet = This version cannot run a sync of kind { $kind }.
    .remedy = Choose the kind rsync; a target over ssh is written USER@HOST:FOLDER.
