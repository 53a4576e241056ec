//! Where disks cannot be told by their UUID: they are taken to be where the configuration says, and the guards see to the rest.

use driftless_core::disk::{Disk, End};
use driftless_core::mirror::{DiskIs, SyncKey};

/// See the module's head.
#[derive(Debug)]
pub(crate) struct Disks;

impl Disks {
    pub(crate) fn new() -> Disks {
        Disks
    }

    pub(crate) fn find(&mut self, _sync: SyncKey, _end: End, _disk: &Disk, place: &str) -> DiskIs {
        DiskIs::At(place.to_owned())
    }
}
