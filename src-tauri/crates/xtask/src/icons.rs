//! `cargo xtask icons`: the pictures that are part of the program, rendered from `icons/*.svg` by rsvg-convert and checked in.
//!
//! The tray's are drawn in one colour, `currentColor`: once in light strokes for dark panels, once in dark ones for light panels.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::exec::{root, say};
use crate::needs;

/// For which panel, and in which colour.
const PANELS: [(&str, &str); 2] = [("dark", "#f2f2f2"), ("light", "#2b2f33")];
/// Of the tray: plain, and for screens of twice the density.
const TRAY: [u32; 2] = [22, 44];
/// Of the application.
const APP: [u32; 4] = [32, 128, 256, 512];

/// Renders all of them.
pub fn render() -> Result<(), String> {
    needs::install(&[needs::RSVG])?;
    let icons = root().join("icons");
    let mut count = 0;
    for source in sources(&icons.join("tray"))? {
        let text = read(&source)?;
        for (panel, colour) in PANELS {
            for size in TRAY {
                let name = format!("{}-{size}.png", stem(&source));
                convert(&text.replace("currentColor", colour), size, &icons.join("tray").join(panel).join(name))?;
                count += 1;
            }
        }
    }
    for source in sources(&icons.join("app"))? {
        let text = read(&source)?;
        for size in APP {
            convert(&text, size, &icons.join("app").join(format!("{size}.png")))?;
            count += 1;
        }
    }
    say(&format!("{count} pictures rendered below {}", icons.display()));
    Ok(())
}

fn sources(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let mut all: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    all.retain(|path| path.extension().is_some_and(|ending| ending == "svg"));
    all.sort();
    Ok(all)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn convert(svg: &str, size: u32, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    if let Some(dir) = to.parent() {
        fs::create_dir_all(dir).map_err(failed)?;
    }
    let size = size.to_string();
    let mut child = Command::new("rsvg-convert")
        .args(["--width", &size, "--height", &size, "--format", "png", "--output"])
        .arg(to)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(svg.as_bytes()).map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("{}: rsvg-convert: {status}", to.display())) }
}
