#!/usr/bin/env bash
# A machine that has nothing yet: a bare Debian in a folder, Rust, a C compiler and Node in it, a fresh clone, and then the
# command that a newcomer types. Needs root and debootstrap. Usage: tests/fresh/run.sh [words of cargo xtask]
#
# The folder becomes the root of a mount namespace of its own. chroot alone would not do: the kernel lets nobody in a chroot make
# the namespaces that some tests live in.
set -euo pipefail

repo=$(cd "$(dirname "$0")/../.." && pwd)
root=${FRESH_ROOT:-$(mktemp -d /var/tmp/driftless-fresh.XXXXXX)}
words=("$@")
[ ${#words[@]} -gt 0 ] || words=(run --for 20s)
sysroot=$(cd "$repo" && rustc --print sysroot)
node=$(readlink -f "$(command -v node)")
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")

leave() {
  [ -n "${FRESH_ROOT:-}" ] || rm -rf --one-file-system "$root"
}
trap leave EXIT

# Runs a command in there. Its mounts go with it.
inside() {
  unshare --mount --propagation private -- bash -euc '
    root=$1; shift
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount --rbind /dev "$root/dev"
    mkdir -p "$root/.before"
    cd "$root"
    pivot_root . .before
    umount -l /.before
    exec chroot . "$@"
  ' inside "$root" "$@"
}

[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$root"
cp /etc/resolv.conf "$root/etc/resolv.conf"
# Any installed machine knows itself by name; the bare folder does not.
[ -e "$root/etc/hosts" ] || echo '127.0.0.1 localhost' > "$root/etc/hosts"
# What makes this machine's package sources work makes them work there as well.
cp -r /etc/apt/. "$root/etc/apt/"
inside apt-get update -q
inside apt-get install -y -q --no-install-recommends build-essential ca-certificates git
# So do the certificates that this machine trusts beside Debian's own.
if [ -d /usr/local/share/ca-certificates ]; then
  cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  inside update-ca-certificates
fi
mkdir -p "$root/opt/rust" "$root/usr/local/lib/node_modules"
cp -a "$sysroot/." "$root/opt/rust/"
# Debian's own Node is older than what builds the pages.
cp "$node" "$root/usr/local/bin/node"
cp -a "$npm" "$root/usr/local/lib/node_modules/"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
rm -rf "$root/src"
git clone -q "$repo" "$root/src"
# Node does not ask the system whom to trust.
inside env -i HOME=/root LANG=C.UTF-8 NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
  PATH=/opt/rust/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -c 'cd /src && time cargo xtask "$@"' xtask "${words[@]}" </dev/null
