# Why a run failed. failure-CODE is the sentence (the cause), .title stands over a notification (at most 40
# characters, without variables), .remedy says what to do. Always there: source, target, host, user, module, port,
# binary, path, count, output, exit; empty where unknown: reason, limit, option,
# greeting, address, skipped. All are texts; count is to be handed over as a number.

## The daemon's greeting and its checks

failure-password-missing = { $host } asks for the password of { $user } for the module { $module }, and none is stored.
    .title = A password is needed
    .remedy = Write the user into the target and store the password (driftlessd password set TARGET), or set password_file.
    .window = Enter the password; the target must name the user.
failure-auth-failed = The password for { $user } at { $host } was refused for the module { $module }.
    .title = The password was refused
    .remedy = Check user and password. If both are right, look at the server's log: its secrets file may be missing, readable by others, or without this user.
failure-unknown-module = { $host } has no module named { $module }.
    .title = The module does not exist
    .remedy = Check the module's name in the target, or add it to rsyncd.conf on the server.
failure-access-denied = { $host } does not let this computer use the module { $module }.
    .title = The server denied access
    .remedy = Add this computer's address to “hosts allow” of the module in rsyncd.conf on the server.
failure-module-disabled = The module { $module } at { $host } is switched off.
    .title = The module is switched off
    .remedy = Set “max connections” of the module to 0 or more in rsyncd.conf on the server.
failure-max-connections = { $host } already serves { $limit } connections to the module { $module }, as many as it may.
    .title = The server is busy
    .remedy = It is tried again by itself. If this stays, raise “max connections” on the server or lower maxProcesses here.
failure-module-chdir-failed = The folder behind the module { $module } at { $host } cannot be opened.
    .title = The module's folder is missing
    .remedy = Check on the server that the module's “path” exists, that its disk is mounted, and that the module's user may enter it.
failure-module-no-path = The module { $module } at { $host } has no folder.
    .title = The module has no folder
    .remedy = Give the module a “path” in rsyncd.conf on the server.
failure-module-lock-file = { $host } cannot open the lock file of the module { $module }.
    .title = The server's lock file fails
    .remedy = Check “lock file” in rsyncd.conf on the server: its folder must exist and be writable.
failure-module-identity = { $host } cannot work as the user or group set for the module { $module }: { $reason }
    .title = The module's user is not usable
    .remedy = Check “uid” and “gid” of the module in rsyncd.conf on the server.
failure-daemon-refused = { $host } refused the connection to the module { $module }. It said: { $output }
    .title = The server refused
    .remedy = Look into the server's log for the reason.
failure-not-rsyncd = Something else than an rsync server answers at { $host }, port { $port }: “{ $greeting }”
    .title = That port is no rsync server
    .remedy = Check the port. For a target over ssh write host:path with a single colon.
failure-no-greeting = { $host } closed the connection before saying anything.
    .title = The server hung up
    .remedy = It is tried again by itself. If this stays, check that rsync runs on the server and that no firewall stands between.
failure-module-read-only = The module { $module } at { $host } may only be read.
    .title = The module is read-only
    .remedy = Set “read only = no” for the module in rsyncd.conf on the server; yes is the default there.
failure-module-write-only = The module { $module } at { $host } may only be written.
    .title = The module is write-only
    .remedy = Set “write only = no” for the module in rsyncd.conf on the server, or leave out the comparison.
failure-refused-option = { $host } does not allow the option { $option } for the module { $module }.
    .title = The server refuses an option
    .remedy = Take it out of “refuse options” in rsyncd.conf on the server, or change the option here (for --delete: the deletions of this sync).
failure-pre-xfer-refused = The program that { $host } runs before each transfer to { $module } said no.
    .title = The server's own check said no
    .remedy = Look at “pre-xfer exec” of the module on the server, and at what that program reports.
failure-temp-dir-missing = The folder for temporary files, { $path }, does not exist at the target.
    .title = The temporary folder is missing
    .remedy = Create it, or clear temp_dir. For a module the folder is looked for inside the module.

## The target

failure-target-parent-missing = The folder above the target { $target } does not exist.
    .title = The target's folder is missing
    .remedy = Create the folder, check that the disk is mounted, or correct the target.
failure-target-not-accessible = The target { $target } cannot be entered: { $output }
    .title = The target cannot be entered
    .remedy = Check the permissions of the folder and of those above it. For a module they must suit its “uid”.
failure-target-not-directory = The target { $target } is not a folder.
    .title = The target is not a folder
    .remedy = Move the file away that stands there, or choose another target.
failure-target-full = The target { $target } is full.
    .title = The target is full
    .remedy = Free some space there. Waiting deletions are brought over first.
failure-target-read-only = The file system of the target { $target } is read-only.
    .title = The target is read-only
    .remedy = Mount it writable. If it became read-only by itself, check the disk: that is how Linux protects a failing one.
failure-target-permission = { $count ->
        [one] { $path } may not be written at { $target }.
       *[other] { $count } entries may not be written at { $target }, among them { $path }.
    }
    .title = The target refuses some files
    .remedy = Give the receiving user the right to write there. For a module that is its “uid”.

## The way there

failure-connection-refused = { $host } is there, but nothing answers at port { $port }.
    .title = Nothing answers at the target
    .remedy = It is tried again by itself. If this stays, check that the server runs and that the port is right.
failure-no-route = { $host } cannot be reached from here.
    .title = The target cannot be reached
    .remedy = It is tried again by itself. Check that the machine is switched on and in the same network.
failure-network-down = This computer has no network.
    .title = There is no network
    .remedy = It is tried again by itself as soon as there is one.
failure-connect-forbidden = This computer does not allow the connection to { $host }, port { $port }.
    .title = A firewall here forbids it
    .remedy = Allow rsync's outgoing connections in this computer's firewall.
failure-host-not-found = No machine named { $host } is known.
    .title = The target's name is unknown
    .remedy = Check the name, or use the machine's address. It is tried again by itself, in case the network is not complete yet.
failure-resolver-down = The name { $host } cannot be looked up at the moment.
    .title = Names cannot be looked up
    .remedy = It is tried again by itself. If this stays, check the network's name service.
failure-connect-timeout = { $host } does not answer.
    .title = The target does not answer
    .remedy = It is tried again by itself. Check that the machine is switched on and that no firewall swallows the connection.
failure-io-timeout = { $host } fell silent in the middle of the work.
    .title = The target fell silent
    .remedy = It is tried again by itself.

## The password file and the keyring

failure-password-file-missing = The password file cannot be opened: { $path }
    .title = The password file is missing
    .remedy = Correct password_file, or take it out and store the password: driftlessd password set { $target }
    .window = Choose another file in the sync's form, or take it out there and enter the password.
failure-password-file-open = Others on this computer may read the password file.
    .title = The password file is open to others
    .remedy = Take their rights away: chmod 600.
failure-password-file-owner = The password file belongs to another user.
    .title = The password file has another owner
    .remedy = Make it yours (root's, where this runs as root).
failure-password-file-empty = The password file is empty.
    .title = The password file is empty
    .remedy = Write the password into its first line, alone.
failure-password-file-unused = A password file is set, but { $target } is no rsync server and asks for none.
    .title = No password file is needed here
    .remedy = Clear password_file.
failure-password-file-unreadable = The password file cannot be read: { $path }
    .title = The password file cannot be read
    .remedy = Check its permissions and its disk.
failure-keyring-locked = The keyring is locked, and the password for { $target } is in it.
    .title = The keyring is locked
    .remedy = Unlock the keyring.
failure-keyring-absent = This computer has no keyring, so there is no password for { $target }.
    .title = There is no keyring
    .remedy = Start a keyring (GNOME Keyring, KWallet or KeePassXC), or write the password into a file of mode 0600 and name it as password_file in the configuration.
failure-keyring-denied = The keyring did not give out the password for { $target }.
    .title = The keyring refused
    .remedy = Allow Driftless to read its entry, or store the password again: driftlessd password set { $target }
    .window = Allow Driftless to read its entry, or enter the password again.
failure-keyring-slow = The keyring does not answer.
    .title = The keyring does not answer
    .remedy = It is tried again by itself. A question of the keyring may be waiting on the screen.
failure-keyring-unreadable = What the keyring holds for { $target } is no password.
    .title = The stored password is damaged
    .remedy = Store it again: driftlessd password set { $target }
    .window = Enter the password again.
failure-password-not-stored = No password is stored for { $target }.
    .title = A password is needed
    .remedy = Store it: driftlessd password set { $target }
    .window = Enter the password.

## The source

failure-source-gone = The source { $source } is not there. Nothing was deleted at { $target }.
    .title = The source is not there
    .remedy = Connect its disk or bring the folder back; it goes on by itself then.
failure-source-unreadable = { $count ->
        [one] { $path } may not be read, so it is not at { $target }.
       *[other] { $count } entries may not be read, so they are not at { $target }, among them { $path }.
    }
    .title = Some files may not be read
    .remedy = Give yourself the right to read them, or leave them out.
failure-source-read-error = { $path } cannot be read: its disk or network drive reports an error.
    .title = The source has read errors
    .remedy = Check the disk or the network drive, while the target still holds good copies.
failure-too-many-deletions = More would be deleted at { $target } than is allowed; the rest was kept.
    .title = Too many deletions
    .remedy = Look at what would go. If it is right, allow it.

## ssh

failure-host-key-unknown = This computer has never met { $host } over ssh.
    .title = An unknown machine answers
    .remedy = Connect once in a terminal with ssh, as the user under whom Driftless runs. Compare the fingerprint that it shows with the machine's own, and accept it.
failure-host-key-changed = { $host } shows another key than before. It may have been set up anew, or another machine answers in its place.
    .title = The machine's key has changed
    .remedy = Find out why before you accept the new key. Nothing is sent until then.
failure-ssh-key-missing = The ssh key for { $host } is missing: { $reason }
    .title = The ssh key is missing
    .remedy = Correct the key's file name, or make a new key and put it on the server.
failure-ssh-key-mode = Others on this computer may read the ssh key, so ssh does not use it.
    .title = The ssh key is open to others
    .remedy = Take their rights away: chmod 600.
failure-ssh-key-locked = The ssh key { $path } has a passphrase, and nobody is asked for it.
    .title = The ssh key needs its passphrase
    .remedy = Add the key to the ssh agent (ssh-add), or use a key without a passphrase for this.
failure-ssh-key-refused = { $host } refused the ssh key or the user.
    .title = The ssh key was refused
    .remedy = Check the user name, and put the public key into authorized_keys on the server.
failure-remote-rsync-missing = There is no rsync on { $host }.
    .title = rsync is missing at the target
    .remedy = Install rsync there, or set rsync_path.
failure-remote-rsync-not-executable = rsync on { $host } may not be run.
    .title = rsync may not be run at the target
    .remedy = Check rsync_path and the program's permissions there.
failure-ssh-options = ssh does not take its configuration: { $reason }
    .title = ssh is configured wrongly
    .remedy = Correct the options of ssh in this sync, or the file ~/.ssh/config.
failure-ssh-no-common = ssh here and on { $host } have no method in common: { $reason }
    .title = The two ssh do not agree
    .remedy = Update ssh on the older side, or allow the method in the options of ssh.
failure-shell-not-clean = The login scripts on { $host } print text, which disturbs rsync.
    .title = The target's shell prints text
    .remedy = Let ~/.bashrc and its like print only in an interactive shell.
failure-ssh-missing = The remote shell cannot be started on this computer.
    .title = ssh is missing
    .remedy = Install ssh, or correct the program set as rsh.

## rsync itself

failure-missing-args-refused = The rsync on { $host } is of a version that cannot take deletions the usual way.
    .title = Deletions take another way
    .remedy = Nothing to do: another way is used from now on. A newer rsync there (3.4.4 or later) mends it.
failure-bad-option = rsync does not accept its options: { $output }
    .title = rsync refuses its options
    .remedy = Correct this sync's options, or install a newer rsync.
failure-protocol-mismatch = The rsync here and the one on { $host } do not understand each other: { $output }
    .title = The two rsyncs don't match
    .remedy = Install a newer rsync on both sides.
failure-rsync-missing = { $binary } is not on this computer.
    .title = rsync is missing
    .remedy = Install rsync, or correct the program set as binary.
failure-rsync-not-executable = { $binary } may not be run.
    .title = rsync may not be run
    .remedy = Check the program's permissions, or correct the program set as binary.
failure-rsync-not-started = The system would not start rsync (error { $reason }).
    .title = rsync could not be started
    .remedy = It is tried again by itself. If this stays, too many programs may be running.
failure-out-of-memory = rsync ran out of memory.
    .title = Out of memory
    .remedy = It is tried again by itself. If this stays, split the sync into smaller ones.

## Single files

failure-conflict = A folder at { $target } stands in the way of { $path } and holds files that must stay.
    .title = Something is in the way
    .remedy = Look at { $path } at the target. Move away what stands there, or leave it out here.
failure-target-excludes = The server does not accept { $path }: its own configuration keeps such names out.
    .title = The server keeps some files out
    .remedy = Change “exclude” of the module in rsyncd.conf on the server, or leave such files out here.
failure-changed-while-read = { $path } changed while it was read.
    .title = A file keeps changing
    .remedy = It is sent as soon as it is quiet for a moment.
failure-name-refused = { $path } cannot be stored at { $target } under this name or as this kind of file.
    .title = The target cannot store some names
    .remedy = Rename it, or leave it out.
failure-partial-transfer = { $count ->
        [one] An entry could not be brought over: { $path }
       *[other] { $count } entries could not be brought over, among them { $path }.
    }
    .title = Some files were not sent
    .remedy = They are tried again by themselves. rsync said: { $output }

## What is left

failure-connection-lost = The connection to { $target } broke.
    .title = The connection broke
    .remedy = It is tried again by itself.
failure-stalled = Nothing moved for too long, so the run was ended.
    .title = The transfer hung
    .remedy = It is tried again by itself.
failure-interrupted = rsync was stopped by someone else.
    .title = rsync was stopped
    .remedy = It is tried again by itself.
failure-killed = rsync was killed (signal { $exit }).
    .title = rsync was killed
    .remedy = It is tried again by itself. If this stays, memory may be short.
failure-file-error = A file operation failed. rsync said: { $output }
    .title = A file operation failed
    .remedy = It is tried again by itself.
failure-unknown = { $binary } ended with code { $exit }. It said: { $output }
    .title = The transfer failed
    .remedy = What it said is all that is known. It is tried again from time to time.
