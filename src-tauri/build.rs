//! Makes a permission of each command, and sees to it that there is something to put into the program where the pages have
//! not been built.

use std::fs;
use std::path::Path;

include!("src/commands/names.rs");

/// Stands in the place of the pages until `cargo xtask run` or `npm run build` in `ui/` has built them.
const PLACEHOLDER: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Driftless</title>\n\
    <p>The pages of this window have not been built. Run: cargo xtask run</p>\n";

fn main() {
    let pages = Path::new("../ui/dist");
    println!("cargo:rerun-if-changed=../ui/dist");
    println!("cargo:rerun-if-changed=src/commands/names.rs");
    if !pages.join("index.html").exists() {
        println!(
            "cargo:warning=ui/dist is missing: the window will say that its pages were not built (cargo xtask run builds them)"
        );
        if let Err(error) = fs::create_dir_all(pages).and_then(|()| fs::write(pages.join("index.html"), PLACEHOLDER)) {
            println!("cargo:warning=../ui/dist: {error}");
        }
    }
    let manifest = tauri_build::AppManifest::new().commands(NAMES);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:error={error:#}");
        std::process::exit(1);
    }
}
