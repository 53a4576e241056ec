# Passwords: where they come from, and why one could not be had. $what is the account or the file.

keyring-locked = The keyring is locked, so the password for { $what } cannot be read.
    .remedy = Unlock the keyring (it opens with the log-in, or in the passwords application); the sync goes on by itself.
keyring-absent = No keyring answers in this session, so the password for { $what } cannot be read or stored.
    .remedy = Start a keyring service (GNOME Keyring, KWallet or KeePassXC), or name a password_file in the sync's rsync section.
keyring-denied = The keyring refused the password for { $what }.
    .remedy = Allow this program in the keyring's own settings, then try again.
keyring-slow = The keyring did not answer in time about { $what }.
    .remedy = See whether it waits for an answer of yours in a window; it is asked again.
keyring-unreadable = The keyring holds something for { $what } that is no password, or more than one.
    .remedy = Store it again: driftlessd password set { $what }
    .window = Enter the password again.
password-not-stored = No password is stored for { $what }.
    .remedy = Store it: driftlessd password set { $what }
    .window = Enter the password.
password-file-missing = The password file { $what } is not there.
    .remedy = Make it, with the password in its first line and mode 0600, or take password_file out and store the password in the keyring.
password-file-open = The password file { $what } can be read or written by others, so rsync refuses it.
    .remedy = Close it: chmod 600 { $what }
password-file-owner = The password file { $what } does not belong to root, so rsync, running as root, refuses it.
    .remedy = Give it to root: chown root { $what }
password-file-empty = The password file { $what } holds no password in its first line.
    .remedy = Write the password into its first line.
password-file-unreadable = The password file { $what } cannot be read.
    .remedy = It must be a plain file that this user may read.

# driftlessd password

password-target = { $target } is not a target that has a password.
    .remedy = Name a module of an rsync server with a user: rsync://USER@HOST/MODULE or USER@HOST::MODULE
password-target-user = { $target } names no user, so no password belongs to it.
    .remedy = Write the user in front: rsync://USER@HOST/MODULE
password-empty = No password was given; nothing is stored.
    .remedy = Type it at the prompt, or give it as the first line of standard input.
password-long = That password is longer than the 511 bytes that rsync reads; nothing is stored.
    .remedy = Take a shorter one, here and in the server's secrets file.
password-prompt = Password for { $what }:
password-stored = The password for { $what } is in the keyring.
password-is-stored = A password for { $what } is in the keyring.
password-deleted = The password for { $what } is no longer in the keyring.
