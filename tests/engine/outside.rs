//! What the system tells of, in a namespace of the test's own.

use std::process::Command;
use std::sync::mpsc::channel;
use std::time::Duration;

use driftless_engine::outside::network::NetworkWatch;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

const INSIDE: &str = "DRIFTLESS_TEST_NAMESPACE";

#[test]
fn a_network_that_comes_is_told_of_and_one_that_goes_is_not() {
    if std::env::var_os(INSIDE).is_none() {
        // Once more, in a network of its own.
        let mut again = Command::new("unshare");
        again.args(["-Urn", "--"]).arg(std::env::current_exe().unwrap());
        again.args(["--exact", "outside::a_network_that_comes_is_told_of_and_one_that_goes_is_not", "--nocapture"]);
        assert!(again.env(INSIDE, "1").status().unwrap().success());
        return;
    }
    let (sender, came) = channel();
    let _watch = NetworkWatch::start(move || sender.send(()).unwrap_or(())).unwrap();
    loopback(true);
    came.recv_timeout(Duration::from_secs(60)).expect("127.0.0.1 came");
    loopback(false);
    assert!(came.recv_timeout(Duration::from_secs(3)).is_err(), "nothing came");
    loopback(true);
    came.recv_timeout(Duration::from_secs(60)).expect("it came back");
}

/// `ip link set lo up|down`, which not every machine has.
fn loopback(up: bool) {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None).unwrap();
    // Length; RTM_NEWLINK; request, acknowledge; number; sender. Then family and type, index, flags and which of them (IFF_UP).
    let words = [[32, 0], [16, 0x5], [1, 0], [0, 0], [0, 0], [1, 0], [u16::from(up), 0], [1, 0]];
    let message: Vec<u8> = words.as_flattened().iter().flat_map(|word| word.to_ne_bytes()).collect();
    send(&socket, &message, SendFlags::empty()).unwrap();
    let mut answer = [0; 1024];
    let (length, _) = recv(&socket, &mut answer[..], RecvFlags::empty()).unwrap();
    assert!(length >= 20 && answer[16..20] == [0; 4], "{:?}", &answer[..length]);
}
