#!/usr/bin/env bash
# A machine that has nothing yet: a bare Debian in a folder, Rust and a C compiler in it, a fresh clone, and then the
# command that a newcomer types. Needs root and debootstrap. Usage: tests/fresh/run.sh [words of cargo xtask]
set -euo pipefail

repo=$(cd "$(dirname "$0")/../.." && pwd)
root=${FRESH_ROOT:-$(mktemp -d /var/tmp/driftless-fresh.XXXXXX)}
words=("$@")
[ ${#words[@]} -gt 0 ] || words=(run --for 20s)
sysroot=$(cd "$repo" && rustc --print sysroot)

leave() {
  for mount in proc dev; do
    if mountpoint -q "$root/$mount"; then umount -R "$root/$mount"; fi
  done
  [ -n "${FRESH_ROOT:-}" ] || rm -rf --one-file-system "$root"
}
trap leave EXIT

[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
# What makes this machine's package sources work works there as well.
cp -r /etc/apt/. "$root/etc/apt/"
chroot "$root" apt-get update -q
chroot "$root" apt-get install -y -q --no-install-recommends build-essential ca-certificates git nodejs
# So do the certificates that this machine trusts beside Debian's own.
if [ -d /usr/local/share/ca-certificates ]; then
  cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  chroot "$root" update-ca-certificates
fi
mkdir -p "$root/opt/rust"
cp -a "$sysroot/." "$root/opt/rust/"
rm -rf "$root/src"
git clone -q "$repo" "$root/src"
chroot "$root" env -i HOME=/root LANG=C.UTF-8 PATH=/opt/rust/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  bash -c 'cd /src && time cargo xtask "$@"' xtask "${words[@]}" </dev/null
