//! What `-help` prints.

/// The usage, on stdout.
pub const USAGE: &str = "
USAGE:
  runs a config file (lsyncd.conf or TOML):
    driftlessd [OPTIONS] [CONFIG-FILE]

  default rsync behaviour:
    driftlessd [OPTIONS] -rsync [SOURCE] [TARGET]

  default rsync over ssh, moves done on the far side:
    driftlessd [OPTIONS] -rsyncssh [SOURCE] [HOST] [TARGETDIR]

  default direct behaviour (both folders on this machine):
    driftlessd [OPTIONS] -direct [SOURCE] [TARGET]

  asks or tells one that runs, or looks at a configuration:
    driftlessd check|convert|explain|status|pause|resume|sync|allow|verify|restore|password|receive --help

OPTIONS (one dash or two; a value is the next word):
  -delay SECS         Overrides default delay times
  -help               Shows this
  -insist             Continues startup even if it cannot connect (as it does by default;
                      insist = false in the settings ends it, as with lsyncd)
  -log    all         Logs everything
  -log    scarce      Logs errors and warnings only
  -log    [Category]  Turns on a category: Exec, Delay, Inotify, Debug
  -logfile FILE       Writes log to FILE (DEFAULT: uses syslog)
  -monitor [NAME]     Without NAME lists the ways of watching
  -nodaemon           Does not detach and logs to stdout/stderr
  -onepass            Does the first pass of every sync, then exits
  -pidfile FILE       Writes the PID into FILE
  -version            Prints the version and exits

EXIT CODES:
  0    up in the background, or -onepass done      143, 130   ended by TERM, INT
  255  could not start, and why stands on stderr

A file that is named like a verb is given as ./NAME.
";

/// The ways of watching, as `-monitor` lists them.
pub const MONITORS: &str = "This Driftless supports these monitors:\n   inotify\n\n";
