//! Where things are kept: configuration, state, runtime files, cache and log, by the platform's own rules.
//!
//! Linux and BSD: the XDG base directories (a relative value is invalid and ignored). macOS and Windows: the folders
//! that `directories` names. Below each of them ours is called `driftless`. `DRIFTLESS_HOME=DIR` (absolute) puts all of
//! them below DIR, for tests and for trying things out. Nothing is created by asking; [`private_dir`] creates.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use directories::BaseDirs;

/// The name of our directory in each of the platform's.
pub const DIR_NAME: &str = "driftless";

/// All of ours, absolute. They need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// What a person wrote: `config.toml`.
    pub config: PathBuf,
    /// What must outlive a restart: record, history, the receiver's secret files.
    pub state: PathBuf,
    /// Socket, locks, live status: gone after a log-out. Mode 0700, checked when made.
    pub runtime: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
    /// Log files, where no journal takes them.
    pub log: PathBuf,
}

/// Why no place could be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// The account has no home directory.
    #[error("this account has no home directory")]
    NoHome,
    /// `DRIFTLESS_HOME` must be absolute.
    #[error("DRIFTLESS_HOME is not an absolute path")]
    RelativeHome,
}

impl Places {
    /// For this process.
    pub fn find() -> Result<Places, NoPlace> {
        if let Some(home) = env::var_os("DRIFTLESS_HOME").filter(|home| !home.is_empty()) {
            return Places::below(Path::new(&home));
        }
        let base = BaseDirs::new().ok_or(NoPlace::NoHome)?;
        let state = base.state_dir().unwrap_or_else(|| base.data_local_dir()).join(DIR_NAME);
        let log = if cfg!(target_os = "macos") {
            base.home_dir().join("Library/Logs").join(DIR_NAME)
        } else {
            state.join("log")
        };
        Ok(Places {
            config: base.config_dir().join(DIR_NAME),
            runtime: runtime_dir(base.runtime_dir(), &env::temp_dir()),
            cache: base.cache_dir().join(DIR_NAME),
            log,
            state,
        })
    }

    /// All of them below one directory.
    pub fn below(home: &Path) -> Result<Places, NoPlace> {
        if !home.is_absolute() {
            return Err(NoPlace::RelativeHome);
        }
        let at = |name: &str| home.join(name);
        Ok(Places { config: at("config"), state: at("state"), runtime: at("run"), cache: at("cache"), log: at("log") })
    }
}

/// `$XDG_RUNTIME_DIR`, else `/run/user/UID`, where it exists and is ours (after `sudo` it may be somebody else's); else
/// a directory in the temporary one that carries our user's number.
#[cfg(unix)]
fn runtime_dir(given: Option<&Path>, temp: &Path) -> PathBuf {
    use std::os::unix::fs::MetadataExt;
    let uid = rustix::process::geteuid().as_raw();
    let ours = |dir: &Path| fs::metadata(dir).is_ok_and(|meta| meta.is_dir() && meta.uid() == uid);
    let usual = PathBuf::from(format!("/run/user/{uid}"));
    [given.map(Path::to_owned), Some(usual)]
        .into_iter()
        .flatten()
        .find(|dir| ours(dir))
        .map_or_else(|| temp.join(format!("{DIR_NAME}-{uid}")), |dir| dir.join(DIR_NAME))
}

#[cfg(not(unix))]
fn runtime_dir(given: Option<&Path>, temp: &Path) -> PathBuf {
    given.unwrap_or(temp).join(DIR_NAME)
}

/// Makes `dir` (and what is above it) for us alone, or checks that it is: a real directory, ours, mode 0700. One that
/// is ours but open to others is closed; anybody else's, or a link, is refused with `PermissionDenied`.
#[cfg(unix)]
pub fn private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    if let Some(above) = dir.parent() {
        fs::create_dir_all(above)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    let meta = fs::symlink_metadata(dir)?;
    if !meta.is_dir() || meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "not a directory of our own"));
    }
    if meta.mode() & 0o077 != 0 {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Makes `dir` and what is above it; the profile it stands in is the user's own.
#[cfg(not(unix))]
pub fn private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

/// Writes `content` to a file that nobody else can read, in one piece: readers see the old or the new, never a half.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let mut name = path.file_name().unwrap_or(OsStr::new("file")).to_owned();
    name.push(".new");
    let temp = path.with_file_name(name);
    match fs::remove_file(&temp) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    // create_new: never through a link, never into a file that somebody holds open.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temp)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temp, path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> Option<u32> {
        fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o777)
    }

    #[test]
    fn all_places_stand_below_one_home_when_asked_for() {
        let places = Places::below(Path::new("/x")).unwrap();
        assert_eq!(places.runtime, Path::new("/x/run"));
        assert_eq!(Places::below(Path::new("x")), Err(NoPlace::RelativeHome));
    }

    #[test]
    fn a_runtime_directory_that_is_not_ours_is_passed_over() {
        let temp = tempfile::tempdir().unwrap();
        assert_eq!(runtime_dir(Some(temp.path()), Path::new("/nowhere")), temp.path().join("driftless"));
        let gone = runtime_dir(Some(Path::new("/not/there")), temp.path());
        assert!(gone.starts_with(temp.path()) || gone.starts_with("/run/user"), "{gone:?}");
    }

    #[test]
    fn a_private_directory_is_closed_and_a_link_is_refused() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("a/b");
        private_dir(&dir).unwrap();
        assert_eq!(mode(&dir), Some(0o700));
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        private_dir(&dir).unwrap();
        assert_eq!(mode(&dir), Some(0o700));
        let link = temp.path().join("link");
        std::os::unix::fs::symlink(&dir, &link).unwrap();
        assert_eq!(private_dir(&link).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_private_file_is_replaced_whole_and_closed() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("secret");
        fs::write(&path, "old, and open").unwrap();
        write_private(&path, b"new").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"new".to_vec(), Some(0o600)));
    }
}
