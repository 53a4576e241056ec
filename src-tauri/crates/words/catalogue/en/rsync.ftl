# What the rsync of this machine cannot do.

rsync-lacks-option = The rsync here is version { $has } and does not know { $option }.
    .remedy = Install rsync { $needs } or newer, or take the option out.
rsync-built-without = The rsync here was built without { $capability }, so it does not take { $option }.
    .remedy = Install an rsync that has it, or take the option out.
rsync-too-old = The rsync here is version { $has }.
    .remedy = Install rsync { $needs } or newer.
rsync-is-openrsync = The rsync here is openrsync, which lacks options that every run needs.
    .remedy = Install rsync { $needs } or newer and name it as binary.
