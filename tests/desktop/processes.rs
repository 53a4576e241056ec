//! What runs below a process, as /proc says.

use std::collections::HashMap;
use std::fs;

/// The names of all descendants.
pub fn below(pid: u32) -> Vec<String> {
    let mut children: HashMap<u32, Vec<(u32, String)>> = HashMap::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // `PID (NAME) STATE PARENT …`; the name may hold anything.
        let Some((front, back)) = stat.rsplit_once(") ") else { continue };
        let name = front.split_once('(').map(|(_, name)| name.to_owned()).unwrap_or_default();
        let mut words = back.split(' ');
        let state = words.next().unwrap_or_default();
        let Some(parent) = words.next().and_then(|word| word.parse().ok()) else { continue };
        if state != "Z" {
            children.entry(parent).or_default().push((child, name));
        }
    }
    let (mut todo, mut names) = (vec![pid], Vec::new());
    while let Some(next) = todo.pop() {
        for (child, name) in children.remove(&next).unwrap_or_default() {
            names.push(name);
            todo.push(child);
        }
    }
    names
}

/// Whether a web page's process is among them. (The kernel cuts names to 15 characters.)
pub fn has_page(pid: u32) -> bool {
    below(pid).iter().any(|name| name.starts_with("WebKitWebProces"))
}
