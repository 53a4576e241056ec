//! Folders and disks of this machine, for choosing among them.

use std::path::{Path, PathBuf};

use directories::UserDirs;
use driftless_core::problem::Problem;
use driftless_wire::{Disk, UsualFolder};
use tauri::{AppHandle, Runtime};

use super::{Inside, blocking};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Choice {
    /// One that is there.
    Folder,
    /// One that is there.
    File,
    /// One to be written, with this name proposed.
    NewFile(&'static str),
}

/// The desktop's own dialog; none if the person closed it.
pub async fn choose<R: Runtime>(
    app: &AppHandle<R>,
    choice: Choice,
    start: Option<PathBuf>,
) -> Result<Option<PathBuf>, Problem> {
    let failed = || Problem::error("dialog-failed");
    let (told, chosen) = tokio::sync::oneshot::channel();
    // The toolkit wants its own thread for making a dialog, and any other for waiting.
    let shown = app.run_on_main_thread(move || {
        let mut dialog = rfd::AsyncFileDialog::new();
        if let Some(start) = start.filter(|start| start.is_dir()) {
            dialog = dialog.set_directory(start);
        }
        tauri::async_runtime::spawn(async move {
            let file = match choice {
                Choice::Folder => dialog.pick_folder().await,
                Choice::File => dialog.pick_file().await,
                Choice::NewFile(name) => dialog.set_file_name(name).save_file().await,
            };
            // The page that asked may be gone.
            let _ = told.send(file.map(|file| file.path().to_owned()));
        });
    });
    shown.map_err(|_| failed())?;
    chosen.await.map_err(|_| failed())
}

/// Asks for a folder.
#[tauri::command]
pub async fn pick_folder<R: Runtime>(app: AppHandle<R>, start: Option<String>) -> Result<Option<String>, Problem> {
    pick(&app, Choice::Folder, start).await
}

/// Asks for a file; its name alone comes back, never its content.
#[tauri::command]
pub async fn pick_file<R: Runtime>(app: AppHandle<R>, start: Option<String>) -> Result<Option<String>, Problem> {
    pick(&app, Choice::File, start).await
}

async fn pick<R: Runtime>(
    app: &AppHandle<R>,
    choice: Choice,
    start: Option<String>,
) -> Result<Option<String>, Problem> {
    let chosen = choose(app, choice, start.map(PathBuf::from)).await?;
    chosen.map(|path| utf8(&path)).transpose()
}

/// The configuration's paths are UTF-8; others are refused by name.
fn utf8(path: &Path) -> Result<String, Problem> {
    let shown = || driftless_core::paths::show_bytes(path.as_os_str().as_encoded_bytes());
    path.to_str().map(str::to_owned).ok_or_else(|| Problem::error("path-not-utf8").with("path", shown()))
}

/// The folders that people usually want safe, as far as they are there.
#[tauri::command]
pub async fn usual_folders(shell: Inside<'_>) -> Result<Vec<UsualFolder>, Problem> {
    blocking(&shell, |_| Ok(UserDirs::new().map(|dirs| usual(&dirs)).unwrap_or_default())).await
}

fn usual(dirs: &UserDirs) -> Vec<UsualFolder> {
    let home = dirs.home_dir();
    let projects =
        ["projects", "Projects", "src", "code"].map(|name| home.join(name)).into_iter().find(|dir| dir.is_dir());
    let all = [
        (dirs.document_dir().map(Path::to_owned), "documents", true),
        (dirs.picture_dir().map(Path::to_owned), "pictures", true),
        (dirs.video_dir().map(Path::to_owned), "videos", false),
        (dirs.audio_dir().map(Path::to_owned), "music", false),
        (dirs.desktop_dir().map(Path::to_owned), "desktop", true),
        (dirs.download_dir().map(Path::to_owned), "downloads", false),
        (projects, "projects", true),
        (Some(home.to_owned()), "home", false),
    ];
    all.into_iter()
        .filter_map(|(path, role, ticked)| {
            // Without a folder of its own the desktop names the home instead.
            let path = path.filter(|path| path.is_dir() && (role == "home" || path != home))?;
            Some(UsualFolder { path: path.to_str()?.to_owned(), role: role.to_owned(), ticked })
        })
        .collect()
}

/// Mounted file systems that could be a target.
#[tauri::command]
pub async fn disks(shell: Inside<'_>) -> Result<Vec<Disk>, Problem> {
    blocking(&shell, |_| Ok(mounted(&std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default()))).await
}

/// Places where desktops and people mount what comes and goes.
const USUAL: [&str; 3] = ["/media/", "/run/media/", "/mnt/"];

fn mounted(table: &str) -> Vec<Disk> {
    let mut all = Vec::new();
    for line in table.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let (Some(place), Some(dash)) = (words.get(4), words.iter().position(|word| *word == "-")) else { continue };
        let path = unescaped(place);
        let device = words.get(dash + 2).copied().unwrap_or_default();
        if !USUAL.iter().any(|usual| path.starts_with(usual)) || !(device.starts_with('/') || device.contains(':')) {
            continue;
        }
        let Ok(space) = rustix::fs::statvfs(path.as_str()) else { continue };
        let label = path.rsplit('/').next().unwrap_or_default();
        all.push(Disk {
            label: driftless_core::paths::show_bytes(label.as_bytes()),
            free: space.f_bavail * space.f_frsize,
            total: space.f_blocks * space.f_frsize,
            removable: path.starts_with("/media/") || path.starts_with("/run/media/"),
            path,
        });
    }
    all
}

/// The table writes blanks and their like as three octal digits.
fn unescaped(word: &str) -> String {
    let mut parts = word.split('\\');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) => {
                out.push(code);
                out.extend(&part.as_bytes()[3..]);
            }
            None => out.extend([b"\\", part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_disks_are_offered_and_their_names_are_read() {
        assert_eq!(unescaped("/media/my\\040disk"), "/media/my disk");
        assert_eq!(unescaped("/a\\b"), "/a\\b");
        let table = "22 1 0:20 / /proc rw - proc proc rw\n\
                     30 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
                     31 1 0:31 / /mnt/none rw - tmpfs tmpfs rw\n";
        assert_eq!(mounted(table), []);
    }
}
