//! A port of our own in front of a server's, to count what passes towards it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Hands on every connection to the server's port, until the test's process ends.
pub struct Wire {
    /// Where to connect instead.
    pub port: u16,
    passed: Arc<AtomicU64>,
}

impl Wire {
    /// In front of this port of this machine.
    pub fn to(server: u16) -> Wire {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let passed = Arc::new(AtomicU64::new(0));
        let count = passed.clone();
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let (back_from, back_to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                let count = count.clone();
                thread::spawn(move || hand_on(near, far, &count));
                thread::spawn(move || hand_on(back_from, back_to, &AtomicU64::new(0)));
            }
        });
        Wire { port, passed }
    }

    /// So many bytes went to the server so far.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::SeqCst)
    }
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64) {
    let mut buffer = [0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        count.fetch_add(length as u64, Ordering::SeqCst);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // The other side may be gone already.
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}
