//! Linux: the kernel tells (rtnetlink) when an address or a route is new. That is when a server may be reached again.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};

use super::burst::Burst;
use super::listener::Listener;

/// `RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE`
const GROUPS: u32 = 0x10 | 0x40 | 0x100 | 0x400;
/// `RTM_NEWADDR`, `RTM_NEWROUTE`
const NEW: [u16; 2] = [20, 24];
/// What belongs together comes within this.
const QUIET: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(5);

/// Calls back when the network came (back), on its own thread, until dropped.
#[derive(Debug)]
pub struct NetworkWatch {
    _listener: Listener,
}

impl NetworkWatch {
    /// Listens in the network namespace of this thread. The callback must not wait.
    pub fn start(came: impl FnMut() + Send + 'static) -> io::Result<NetworkWatch> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
        Ok(NetworkWatch { _listener: Listener::start("network", socket, Burst::new(QUIET, MOST), heard, came)? })
    }
}

/// Reads all there is; true if something new was told of, or what was told of was more than the kernel kept.
fn heard(socket: &OwnedFd) -> bool {
    let mut new = false;
    let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
    loop {
        match recv(socket, &mut buffer, RecvFlags::empty()) {
            Ok((([], _), _)) => return new,
            Ok(((messages, _), _)) => new |= tells_of_new(messages),
            Err(Errno::INTR) => {}
            Err(Errno::NOBUFS) => new = true,
            Err(_) => return new,
        }
    }
}

/// Messages stand one behind the other, each with its length (32 bits) and type (16) in front, and padded to 4 bytes.
fn tells_of_new(mut messages: &[u8]) -> bool {
    while let [a, b, c, d, x, y, ..] = *messages {
        if NEW.contains(&u16::from_ne_bytes([x, y])) {
            return true;
        }
        let length = usize::try_from(u32::from_ne_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        messages = messages.get(length.max(16).next_multiple_of(4)..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, body: usize) -> Vec<u8> {
        let mut bytes = u32::try_from(16 + body).unwrap().to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.resize((16 + body).next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn only_what_is_new_counts_wherever_it_stands() {
        let (gone, new) = (message(21, 7), message(24, 12));
        assert!(!tells_of_new(&gone) && tells_of_new(&new));
        assert!(tells_of_new(&[gone.clone(), message(17, 1), new].concat()));
        assert!(!tells_of_new(&[0; 40]) && !tells_of_new(&gone[..5]) && !tells_of_new(&[255; 64]));
    }

    #[test]
    fn dropping_it_ends_its_thread() {
        drop(NetworkWatch::start(|| {}).unwrap());
    }
}
