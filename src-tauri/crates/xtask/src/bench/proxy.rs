//! A relay on 127.0.0.1 that counts what passes, both ways.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Relays as long as the process lives.
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    passed: Arc<AtomicU64>,
}

impl Proxy {
    /// Relays to this port.
    pub fn to(port: u16) -> Result<Proxy, String> {
        let failed = |error: std::io::Error| format!("the relay: {error}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let proxy = Proxy { port: listener.local_addr().map_err(failed)?.port(), passed: Arc::default() };
        let passed = Arc::clone(&proxy.passed);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { continue };
                relay(&near, &far, &passed);
                relay(&far, &near, &passed);
            }
        });
        Ok(proxy)
    }

    /// Bytes so far.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }
}

fn relay(from: &TcpStream, to: &TcpStream, passed: &Arc<AtomicU64>) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    let passed = Arc::clone(passed);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            passed.fetch_add(length as u64, Ordering::Relaxed);
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
