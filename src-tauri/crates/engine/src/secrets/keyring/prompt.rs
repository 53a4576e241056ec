//! Unlocking the Secret Service: its own prompt asks the person, in its own window. What is typed there never comes to us.

use std::collections::HashMap;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::secret_service::{NAME, PATH, bus_fault, connect, default_locked};
use super::{BOUND, Fault, SERVICE};

/// Opens the prompt and waits for the person, but not for ever: then it is taken away.
pub(super) fn unlock(patience: Duration) -> Result<(), Fault> {
    let bus = connect(BOUND)?;
    let done = ask(&bus, patience);
    // Ends whoever still listens on it.
    let _ = bus.close();
    done
}

fn ask(bus: &Connection, patience: Duration) -> Result<(), Fault> {
    let service = Proxy::new(bus, NAME, PATH, "org.freedesktop.Secret.Service").map_err(bus_fault)?;
    let default: OwnedObjectPath = service.call("ReadAlias", &("default",)).map_err(bus_fault)?;
    // What is ours may lie elsewhere.
    let ours = HashMap::from([("service", SERVICE)]);
    let (_, mut locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        service.call("SearchItems", &(ours,)).map_err(bus_fault)?;
    match default_locked(bus)? {
        Some(true) => locked.push(default),
        Some(false) => {}
        None if locked.is_empty() => return Err(Fault { code: "keyring-absent" }),
        None => {}
    }
    if locked.is_empty() {
        return Ok(());
    }
    let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = service.call("Unlock", &(locked,)).map_err(bus_fault)?;
    if prompt.as_str() != "/" && !answered(bus, prompt, patience)? {
        return Err(Fault { code: "keyring-still-locked" });
    }
    Ok(())
}

/// Shows the prompt; false if the person put it away, or did nothing for so long.
fn answered(bus: &Connection, prompt: OwnedObjectPath, patience: Duration) -> Result<bool, Fault> {
    let prompt = Proxy::new(bus, NAME, prompt, "org.freedesktop.Secret.Prompt").map_err(bus_fault)?;
    // Before it is shown, so that no answer is missed.
    let mut completed = prompt.receive_signal("Completed").map_err(bus_fault)?;
    let (told, answer) = channel();
    let listening = std::thread::Builder::new().name("keyring-prompt".to_owned()).spawn(move || {
        let dismissed = completed
            .next()
            .and_then(|signal| signal.body().deserialize::<(bool, OwnedValue)>().map(|(dismissed, _)| dismissed).ok());
        // Nobody waits any more after a long time.
        let _ = told.send(dismissed);
    });
    listening.map_err(|_| Fault { code: "keyring-absent" })?;
    prompt.call::<_, _, ()>("Prompt", &("",)).map_err(bus_fault)?;
    match answer.recv_timeout(patience) {
        Ok(Some(dismissed)) => Ok(!dismissed),
        Ok(None) | Err(RecvTimeoutError::Disconnected) => Err(Fault { code: "keyring-absent" }),
        Err(RecvTimeoutError::Timeout) => {
            let _ = prompt.call::<_, _, ()>("Dismiss", &());
            Ok(false)
        }
    }
}
