#!/usr/bin/env python3
"""Records how rsync fails: provokes each failure against real programs, writes what they said.

    record_failures.py OUT [--old-rsync PROGRAM]

Writes OUT/NN-name.json: argument words, exit, stdout, stderr, with folders and ports replaced by stable
placeholders (/source, /target, /module, port 8730). NN is the row of the table of failures; numbers from 80 on are
failures that have no row there, most of them of single files.

Needs root, since it mounts small file systems, owns files as others and makes network namespaces. Everything is
bound to 127.0.0.1 or a namespace of its own. PROGRAM is an rsync whose receiver cannot take missing arguments
(3.2.7-1+deb12u6, 3.4.1 with the patch of May 2026, 3.4.3); without it that one recording is left as it is.
"""
import argparse, contextlib, json, os, re, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time

NOBODY = 65534
OUT_FORMAT = "%i %l %n%L"  # driftless_core::diagnose::OUT_FORMAT
ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/"}
BIG = 3_000_000


class World:
    """One working folder with source, target and modules; everything started or mounted is undone at the end."""

    def __init__(self, out, old):
        self.out, self.old = out, old
        self.undo = contextlib.ExitStack()
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="record-"))
        os.chmod(self.dir, 0o755)
        self.undo.callback(shutil.rmtree, self.dir, ignore_errors=True)
        self.ports = []

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text="text\n", mode=0o644, owner=0):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        os.chown(path, owner, owner)
        return path

    def folder(self, name, mode=0o755, owner=0):
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        os.chown(path, owner, owner)
        return path

    def fresh(self):
        """An empty target and a small source."""
        for name in ("source", "target", "module"):
            shutil.rmtree(self.path(name), ignore_errors=True)
            self.folder(name)
        self.write("source/a", "one\n")
        self.write("source/d/b", "two\n")

    def mount(self, name, *words):
        path = self.folder(name)
        subprocess.run(["mount", *words, path], check=True)
        self.undo.callback(subprocess.run, ["umount", "-l", path])
        return path

    def free_port(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.ports.append(port)
        return port

    def daemon(self, modules, program="rsync", name="rsyncd"):
        """Starts rsyncd with these modules: {name: {directive: value}}; returns (port, process)."""
        port = self.free_port()
        lines = ["use chroot = no", "log file = " + self.path(name + ".log"), "munge symlinks = no"]
        for module, directives in modules.items():
            lines.append(f"[{module}]")
            lines += [f"  {key} = {value}" for key, value in directives.items()]
        conf = self.write(name + ".conf", "\n".join(lines) + "\n")
        words = [program, "--daemon", "--no-detach", f"--port={port}", "--address=127.0.0.1", f"--config={conf}"]
        process = subprocess.Popen(words, env=ENV, stdin=subprocess.DEVNULL, start_new_session=True)
        self.undo.callback(end_group, process)
        wait_for(lambda: answers(port), "rsyncd")
        return port, process

    def listener(self, serve):
        """A server that is none: `serve(connection)` for each connection."""
        server = socket.socket()
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        self.undo.callback(server.close)
        self.ports.append(server.getsockname()[1])

        def loop():
            with contextlib.suppress(OSError):
                while True:
                    serve(server.accept()[0])

        threading.Thread(target=loop, daemon=True).start()
        return server.getsockname()[1]

    def clean(self, text):
        text = text.replace(self.dir, "")
        for port in self.ports:
            text = re.sub(rf"\b{port}\b", "8730", text)
        # A temporary name is random: keep its shape, so that a new recording differs only where rsync does.
        return re.sub(r'((?:mkstemp|rename|chown|times on|permissions on) "[^"]*\.)[A-Za-z0-9]{6}"', r'\1XxXxXx"', text)

    def record(self, name, target, *extra, source="./", cwd=None, user=0, meanwhile=None, before=(), recurse="-rlptgoD",
               program="rsync", pull=False, stdin=b""):
        """Runs rsync towards `target` as the engine does and writes down how it ends."""
        ends = [target, source] if pull else [source, target]
        words = [program, recurse, "-s", f"--out-format={OUT_FORMAT}", *extra, *ends]
        child = subprocess.Popen(
            [*before, *words], cwd=cwd or self.path("source"), env=ENV, user=user, group=user, extra_groups=[],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        if meanwhile:
            threading.Thread(target=meanwhile, args=(child,), daemon=True).start()
        try:
            stdout, stderr = child.communicate(stdin, timeout=60)
        except subprocess.TimeoutExpired:
            end_group(child)
            sys.exit(f"{name}: does not end")
        shown = lambda raw: self.clean(raw.decode("utf-8", "backslashreplace"))
        end = {"signal": -child.returncode} if child.returncode < 0 else {"exit": child.returncode}
        entry = {
            "argv": [self.clean(w) for w in ["rsync", *words[1:]]],
            "target": self.clean(target),
            **end, "stdout": shown(stdout), "stderr": shown(stderr),
        }
        with open(os.path.join(self.out, name + ".json"), "w") as file:
            json.dump(entry, file, indent=1, ensure_ascii=False)
            file.write("\n")
        print(f"{name}: {end} {shown(stderr).splitlines()[:2]}")


def end_group(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGCONT)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(ready, what, seconds=10):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            sys.exit(f"{what}: not ready")
        time.sleep(0.02)


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def children(pid):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]
    return []


def rows_of_the_daemon(w):
    """Rows 1 to 26: what a daemon refuses."""
    w.fresh()
    password = w.write("password", "right\n", 0o600)
    wrong = w.write("wrong", "wrong\n", 0o600)
    good = w.write("secrets", "u:right\n", 0o600)
    base = {"path": w.path("module"), "read only": "no", "uid": "root", "gid": "root"}
    locked = {**base, "auth users": "u", "secrets file": good}
    closed = w.folder("closed", 0o700)
    onlyroot = w.folder("onlyroot", 0o755)
    small = w.mount("small", "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    frozen = w.mount("frozen", "-t", "tmpfs", "-o", "size=1m,ro", "tmpfs")
    modules = {
        "m": locked, "free": base,
        "other": {**locked, "auth users": "somebody"},
        "nosecret": {**locked, "secrets file": w.write("secrets-other", "x:right\n", 0o600)},
        "mode": {**locked, "secrets file": w.write("secrets-mode", "u:right\n", 0o644)},
        "owner": {**locked, "secrets file": w.write("secrets-owner", "u:right\n", 0o600, NOBODY)},
        "absent": {**locked, "secrets file": w.path("no-such-file")},
        "denied": {**base, "hosts allow": "10.1.2.3"},
        "busy": {**base, "max connections": "1", "lock file": w.path("busy.lock")},
        "off": {**base, "max connections": "-1", "lock file": w.path("off.lock")},
        "gone": {**base, "path": w.path("no-such-folder")},
        "nolock": {**base, "max connections": "1", "lock file": w.path("no-such-folder/lock")},
        "baduid": {**base, "uid": "no-such-user"},
        "readonly": {**base, "read only": "yes"},
        "writeonly": {**base, "write only": "yes"},
        "refuse": {**base, "refuse options": "delete"},
        "prexfer": {**base, "pre-xfer exec": "/bin/false"},
        "private": {**base, "path": closed, "uid": "nobody", "gid": "nogroup"},
        "small": {**base, "path": small},
        "frozen": {**base, "path": frozen},
        "rootonly": {**base, "path": onlyroot, "uid": "nobody", "gid": "nogroup"},
        "excludes": {**base, "exclude": "hidden hiddendir/"},
        "chroot": {**base, "path": onlyroot, "uid": "nobody", "gid": "nogroup", "use chroot": "yes"},
    }
    port, _ = w.daemon(modules)
    url = lambda module, user="u@": f"rsync://{user}127.0.0.1:{port}/{module}/"
    common = ["--no-motd", "--timeout=20", "--contimeout=10"]
    key = f"--password-file={password}"

    w.record("01-wrong-password", url("m"), *common, f"--password-file={wrong}")
    w.record("02-user-not-in-auth-users", url("other"), *common, key)
    w.record("03-user-not-in-secrets", url("nosecret"), *common, key)
    w.record("04-secrets-file-mode", url("mode"), *common, key)
    w.record("05-secrets-file-owner", url("owner"), *common, key)
    w.record("06-secrets-file-missing", url("absent"), *common, key)
    w.record("07-no-password", url("m"), *common)
    w.record("08-unknown-module", url("nowhere", ""), *common)
    w.record("09-access-denied", url("denied", ""), *common)
    with socket.create_connection(("127.0.0.1", port)) as held:
        stream = held.makefile("rwb")
        stream.readline()
        stream.write(b"@RSYNCD: 31.0\nbusy\n")
        stream.flush()
        stream.readline()
        w.record("10-max-connections", url("busy", ""), *common)
    w.record("10-module-disabled", url("off", ""), *common)
    w.record("11-module-path-missing", url("gone", ""), *common)
    nopath, _ = w.daemon({"nopath": {"read only": "no"}}, name="nopath")
    w.record("12-module-without-path", f"rsync://127.0.0.1:{nopath}/nopath/", *common)
    w.record("13-lock-file", url("nolock", ""), *common)
    w.record("14-bad-uid", url("baduid", ""), *common)
    w.record("17-module-read-only", url("readonly", ""), *common)
    w.record("18-module-write-only", url("writeonly", ""), *common, pull=True, source=w.path("target") + "/")
    w.record("19-refused-option", url("refuse", ""), *common, "--delete")
    w.record("20-pre-xfer-exec", url("prexfer", ""), *common)
    w.record("21-temp-dir-missing", url("free", ""), *common, "--temp-dir=/tmp/")
    w.record("22-target-parent-missing", url("free/x/y", ""), *common)
    w.record("23-module-not-accessible", url("private", ""), *common)
    w.write("source/big", "x" * BIG)
    w.record("24-target-full", url("small", ""), *common)
    os.remove(w.path("source/big"))
    w.record("25-target-read-only", url("frozen", ""), *common)
    for copy in (onlyroot, onlyroot + "/deep"):
        shutil.copytree(w.path("source"), copy, dirs_exist_ok=True)
    w.write("source/d/b", "longer\n")
    os.mkdir(w.path("source/new"))
    w.write("source/d/hidden")
    os.mkdir(w.path("source/hiddendir"))
    w.record("84-daemon-excludes", url("excludes", ""), *common)
    os.remove(w.path("source/d/hidden"))
    os.rmdir(w.path("source/hiddendir"))
    for old in ("source", "source/d"):
        os.utime(w.path(old), (1e9, 1e9))
    w.record("26-no-permission", url("rootonly", ""), *common)
    w.record("26-no-permission-below", url("rootonly/deep", ""), *common)
    w.record("26-no-permission-chroot", url("chroot/deep", ""), *common)


def rows_of_the_way(w):
    """Rows 15, 16 and 27 to 35: connections."""
    w.fresh()
    common = ["--no-motd", "--timeout=20", "--contimeout=10"]
    at = lambda port: f"rsync://127.0.0.1:{port}/m/"
    ssh = w.listener(lambda c: (c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), time.sleep(1), c.close()))
    w.record("15-not-rsyncd", at(ssh), *common)
    # Closing with unread bytes would reset the connection: read the client's greeting first, or ask for the reset.
    w.record("16-no-greeting", at(w.listener(lambda c: (c.recv(1000), c.close()))), *common)
    def reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.recv(1000)
        connection.close()
    w.record("16-reset", at(w.listener(reset)), *common)
    w.record("27-connection-refused", at(w.free_port()), *common)

    files = w.write("hosts-files", "hosts: files\n")
    dns = w.write("hosts-dns", "hosts: dns\n")
    resolv = w.write("resolv", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    ns = lambda script: ["unshare", "-n", "-m", "sh", "-c", f"{script}; exec \"$@\"", "sh"]
    up = "ip link set lo up"
    w.record("28-no-route", "rsync://10.9.9.9/m/", *common, before=ns(f"{up}; ip route add unreachable 10.9.9.9"))
    w.record("29-no-network", "rsync://10.9.9.9/m/", *common, before=ns(up))
    w.record("30-connect-forbidden", "rsync://10.9.9.9/m/", *common, before=ns(f"{up}; ip route add prohibit 10.9.9.9"))
    w.record("31-host-not-found", "rsync://nas.invalid/m/", *common,
             before=ns(f"{up}; mount --bind {files} /etc/nsswitch.conf"))
    w.record("32-resolver-down", "rsync://nas.invalid/m/", *common,
             before=ns(f"{up}; mount --bind {dns} /etc/nsswitch.conf; mount --bind {resolv} /etc/resolv.conf"))

    # A queue that is full: the kernel drops further attempts, as a firewall would.
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        w.ports.append(full.getsockname()[1])
        for _ in range(3):
            s = waiting.enter_context(socket.socket())
            s.setblocking(False)
            s.connect_ex(full.getsockname())
        time.sleep(0.2)
        w.record("33-connect-timeout", at(full.getsockname()[1]), "--no-motd", "--contimeout=2")
    kept = []
    w.record("34-silent-server", at(w.listener(kept.append)), "--no-motd", "--timeout=2", "--contimeout=5")

    base = {"path": w.path("module"), "read only": "no", "uid": "root", "gid": "root"}
    port, daemon = w.daemon({"m": base}, name="victim")
    w.write("source/big", "x" * BIG)
    def to_server(number):
        def act(_child):
            wait_for(lambda: any(n.startswith(".big.") for n in os.listdir(w.path("module"))), "transfer")
            for pid in children(daemon.pid):
                for victim in [*children(pid), pid]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(victim, number)
        return act
    w.record("34-frozen-server", at(port), "--no-motd", "--timeout=2", "--bwlimit=1000", meanwhile=to_server(signal.SIGSTOP))
    for pid in children(daemon.pid):
        for victim in [*children(pid), pid]:
            os.kill(victim, signal.SIGKILL)
    for name in os.listdir(w.path("module")):
        if name.startswith(".big."):
            os.remove(w.path("module", name))
    w.record("35-server-killed", at(port), *common, "--bwlimit=1000", meanwhile=to_server(signal.SIGKILL))


def rows_of_this_machine(w):
    """Rows 36 to 45: our own side."""
    w.fresh()
    target = w.path("target") + "/"
    w.write("source/big", "x" * BIG)
    started = lambda: any(n.startswith(".big.") for n in os.listdir(w.path("target")))
    def to_us(number):
        def act(child):
            wait_for(started, "transfer")
            os.kill(child.pid, number)
        return act
    w.record("36-stopped", target, "--bwlimit=1000", meanwhile=to_us(signal.SIGTERM))
    w.fresh()
    w.write("source/big", "x" * BIG)
    w.record("36-killed", target, "--bwlimit=1000", meanwhile=to_us(signal.SIGKILL))

    w.fresh()
    port, _ = w.daemon({"m": {"path": w.path("module"), "read only": "no", "uid": "root", "gid": "root",
                              "auth users": "u", "secrets file": w.write("s", "u:right\n", 0o600)}}, name="own")
    url = f"rsync://u@127.0.0.1:{port}/m/"
    w.record("37-password-file-missing", url, "--password-file=" + w.path("no-such-file"))
    w.record("38-password-file-open", url, "--password-file=" + w.write("p-open", "right\n", 0o644))
    w.record("39-password-file-owner", url, "--password-file=" + w.write("p-owner", "right\n", 0o600, NOBODY))
    w.record("40-password-file-empty", url, "--password-file=" + w.write("p-empty", "", 0o600))
    w.record("41-password-file-unused", target, "--password-file=" + w.write("p", "right\n", 0o600))

    w.record("42-source-gone", target, source=w.path("gone") + "/", cwd="/")
    w.record("42-source-gone-batch", target, "--from0", "--files-from=-", source=w.path("gone") + "/", cwd="/",
             recurse="-lptgoD", stdin=b"./a\0")
    w.folder("source-gone")
    w.record("42-source-removed", target, cwd=w.path("source-gone"),
             before=["sh", "-c", "rmdir ../source-gone; exec \"$@\"", "sh"])
    w.fresh()
    os.chown(w.path("target"), NOBODY, NOBODY)
    w.write("source/secret", mode=0o600)
    w.write('source/d/we"ird\n\u00e4', mode=0o600)
    w.folder("source/locked", 0o700)
    w.record("43-source-unreadable", target, "--delete", user=NOBODY)

    w.fresh()
    w.write("source/big", "x" * BIG)
    w.write("source/later", "soon gone\n")
    def vanish(_child):
        wait_for(started, "transfer")
        os.remove(w.path("source/later"))
    w.record("44-vanished", target, "--bwlimit=1000", meanwhile=vanish)

    for name, place, folder in [("45-max-delete", target, "target"), ("45-max-delete-daemon", None, "module")]:
        w.fresh()
        for n in "123":
            w.write(f"{folder}/old{n}")
        if place is None:
            free, _ = w.daemon({"m": {"path": w.path("module"), "read only": "no", "uid": "root", "gid": "root"}}, name="md")
            place = f"rsync://127.0.0.1:{free}/m/"
        w.record(name, place, "--delete", "--max-delete=1")


def single_files(w):
    """From 80: failures of single files, and local targets that refuse."""
    target = w.path("target") + "/"
    w.fresh()
    w.write("target/a/kept.keep")
    w.write("target/gone/x.keep")
    w.record("90-conflict", target, "--delete", "--force", "--exclude=*.keep")
    w.fresh()
    w.write("target/gone/x.keep")
    w.record("91-not-empty", target, "--delete", "--exclude=*.keep")
    w.fresh()
    os.mkfifo(w.path("source/pipe"))
    w.record("92-special", target, recurse="-rlptgo")
    w.fresh()
    big = w.write("source/big", "x" * BIG)
    def cut(_child):
        wait_for(lambda: any(n.startswith(".big.") for n in os.listdir(w.path("target"))), "transfer")
        os.truncate(big, 10)
    w.record("93-changed-while-read", target, "--bwlimit=1000", meanwhile=cut)
    w.fresh()
    w.write("source/big", "x" * BIG)
    small = w.mount("small-local", "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    w.record("94-local-full", small + "/")
    w.fresh()
    frozen = w.mount("frozen-local", "-t", "tmpfs", "-o", "size=1m,ro", "tmpfs")
    w.record("95-local-read-only", frozen + "/")
    w.fresh()
    w.record("96-local-parent-missing", w.path("no/such/target") + "/")
    w.write("target/file")
    w.record("97-local-target-is-a-file", w.path("target/file") + "/")
    w.fresh()
    os.chown(w.path("target"), NOBODY, NOBODY)
    w.write("target/gone/file")
    w.record("98-cannot-delete", target, "--delete", user=NOBODY)
    w.fresh()
    os.chown(w.path("target"), NOBODY, NOBODY)
    w.folder("target/d", 0o755)
    temporary = w.folder("temporary", owner=NOBODY)
    w.record("85-temp-dir", target, "--temp-dir=" + temporary, user=NOBODY)
    w.record("99-cannot-make", target, user=NOBODY)
    w.fresh()
    os.chown(w.path("target"), NOBODY, NOBODY)
    w.folder("target/bak", owner=NOBODY)
    w.folder("target/bak/d", 0o755)
    # Not ssh: a remote shell that drops the host and starts in a home, to see how a relative target is named.
    shell = w.write("shell", f"#!/bin/sh\nshift\ncd {w.path('target')} && exec sh -c \"$*\"\n", 0o755)
    w.record("80-shell-relative-target", "nas:bak/", "-e", shell, user=NOBODY)
    w.record("56-ssh-missing", "nas:/backup/", "-e", "/no/such/ssh")
    w.record("81-bad-option", target, "--no-such-option")
    w.fresh()
    os.symlink("nowhere", w.path("source/link"))
    w.record("82-no-referent", target, "-L")
    if w.old:
        w.fresh()
        port, _ = w.daemon({"m": {"path": w.path("module"), "read only": "no", "uid": "root", "gid": "root"}},
                           program=w.old, name="old")
        w.record("83-missing-args-refused", f"rsync://127.0.0.1:{port}/m/", "--delete", "--delete-missing-args",
                 "--force", "--from0", "--files-from=-", recurse="-lptgoD", stdin=b"./gone\0")


def rows_of_ssh(w):
    """Rows 46 to 56: a real OpenSSH server, called as the engine calls it."""
    w.fresh()
    os.makedirs("/run/sshd", exist_ok=True)
    for key, passphrase in {"host": "", "other": "", "user": "", "stranger": "", "open": "", "locked": "secret"}.items():
        os.makedirs(w.path("keys"), exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", w.path("keys", key)],
                       check=True)
    os.chmod(w.path("keys/open"), 0o644)
    text = lambda name: open(w.path("keys", name + ".pub")).read()
    w.write("keys/authorized", "".join(map(text, ["user", "open", "locked"])))
    session = w.write("session", f"#!/bin/sh\ncd {w.path('target')} && exec sh -c \"$SSH_ORIGINAL_COMMAND\"\n", 0o755)
    chatty = w.write("chatty", f"#!/bin/sh\necho Welcome!\nexec {session}\n", 0o755)
    ports, servers = {}, {}
    for name, command in {"plain": session, "chatty": chatty}.items():
        ports[name] = port = w.free_port()
        lines = [f"Port {port}", "ListenAddress 127.0.0.1", "HostKey " + w.path("keys/host"), "PidFile none", "UsePAM no",
                 "StrictModes no", "AuthorizedKeysFile " + w.path("keys/authorized"), "ForceCommand " + command]
        conf = w.write(name + ".sshd", "\n".join(lines) + "\n")
        sshd = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
        servers[name] = process = subprocess.Popen([sshd, "-D", "-E", w.path(name + ".log"), "-f", conf], env=ENV, start_new_session=True)
        w.undo.callback(end_group, process)
        wait_for(lambda: answers(port), "sshd")
    for name, key in {"right": "host", "changed": "other"}.items():
        w.write("known." + name, "".join(f"[127.0.0.1]:{port} {text(key)}" for port in ports.values()))
    w.write("known.nobody", "")

    def over_ssh(name, *extra, key="user", known="right", server="plain", host="127.0.0.1", to="target", options=(), **more):
        words = [*options, "BatchMode=yes", "ConnectTimeout=5", "LogLevel=ERROR", "UserKnownHostsFile=" + w.path("known." + known),
                 "GlobalKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "IdentityAgent=none"]
        port = ports.get(server) or server
        rsh = f"ssh -F none -i {w.path('keys', key)} -p {port} " + " ".join("-o " + word for word in words)
        w.record(name, f"{host}:{w.path(to)}/", "-e", rsh, *extra, **more)

    over_ssh("46-host-key-unknown", known="nobody")
    over_ssh("47-host-key-changed", known="changed")
    over_ssh("48-key-refused", key="stranger")
    over_ssh("48-key-locked", key="locked")
    over_ssh("49-key-missing", key="nothing")
    over_ssh("50-key-mode", key="open")
    over_ssh("51-ssh-refused", server=w.free_port())
    over_ssh("51-ssh-no-route", host="10.9.8.7", before=("unshare", "--net", "--"))
    over_ssh("51-ssh-resolver-down", host="nas.invalid", before=("unshare", "--net", "--"))
    over_ssh("52-remote-rsync-missing", "--rsync-path=/no/such/rsync")
    over_ssh("52-remote-rsync-not-in-path", "--rsync-path=no-such-rsync")
    plain = w.write("not-executable", "#!/bin/sh\n")
    over_ssh("53-remote-rsync-not-executable", "--rsync-path=" + plain)
    over_ssh("54-shell-not-clean", server="chatty")
    w.write("target/file")
    over_ssh("55-remote-target-is-a-file", to="target/file")
    w.fresh()
    over_ssh("57-ssh-options", options=["Nonsense=1"])
    over_ssh("57-ssh-no-common", options=["LogLevel=INFO", "HostKeyAlgorithms=rsa-sha2-512"])
    w.write("source/big", "x" * BIG)


    def cut(_):
        # In the middle of the transfer: each connection has a process of its own below the server's.
        wait_for(lambda: any("big" in name for name in os.listdir(w.path("target"))), "the transfer")
        for pid in children(servers["plain"].pid):
            os.kill(pid, signal.SIGKILL)

    over_ssh("58-connection-cut", "--bwlimit=300", meanwhile=cut)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--old-rsync")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    old = options.old_rsync and os.path.abspath(options.old_rsync)
    for group in (rows_of_the_daemon, rows_of_the_way, rows_of_this_machine, single_files, rows_of_ssh):
        world = World(os.path.abspath(options.out), old)
        with world.undo:
            group(world)


if __name__ == "__main__":
    main()
