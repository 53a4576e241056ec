//! A target that refuses connections while files change: how often each daemon tries, and what that costs.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use super::Work;
use crate::bench::figures::{Bar, Figure};
use crate::bench::program::Who;
use crate::bench::stage::Setup;
use crate::exec::find;

/// A minute, with settings as in many a tutorial: few changes are to wait.
pub const REFUSED: Work = Work {
    name: "refused",
    says: "the target refuses connections for a minute while files change",
    watches: 10,
    once: false,
    prepare: |_| Ok(()),
    run: |stage, who| {
        if who == Who::Bare {
            return Ok(None);
        }
        let (count, script) = (stage.beside("count"), stage.beside("rsync-counted"));
        let rsync = find("rsync").ok_or("rsync is not there")?;
        let text = format!("#!/bin/sh\necho >> {}\nexec {} \"$@\"\n", count.display(), rsync.display());
        fs::write(&script, text).map_err(|error| error.to_string())?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
        fs::write(&count, "").map_err(|error| error.to_string())?;
        // Free a moment ago, so nobody listens there.
        let free =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|s| s.local_addr()).map_err(|e| e.to_string())?;
        let (url, rsync) =
            (format!("rsync://127.0.0.1:{}/mod/", free.port()), format!("binary = \"{}\"", script.display()));
        let setup = Setup {
            delay: 5,
            init: false,
            target: Some(&url),
            far: None,
            kind: "rsync",
            sync: "maxDelays = 4,",
            rsync: &rsync,
        };
        let mut program = stage.start(who, &setup)?;
        program.quiet(Duration::from_secs(60))?;
        let end = Instant::now() + stage.time(60.0);
        let mut number = 0;
        while Instant::now() < end {
            number += 1;
            let file = stage.source().join(format!("file{}", number % 50));
            fs::write(file, format!("{number}")).map_err(|error| error.to_string())?;
            std::thread::sleep(Duration::from_millis(50));
        }
        program.alive()?;
        let started = fs::read(&count).map_err(|error| error.to_string())?.len();
        Ok(Some(vec![(Figure::Started, started as f64), (Figure::Cpu, program.cpu().1)]))
    },
    bars: &[(Figure::Started, Bar::OfLsyncd(0.05)), (Figure::Cpu, Bar::OfLsyncd(0.1))],
};
