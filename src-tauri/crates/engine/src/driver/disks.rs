//! Syncs whose ends are on disks that come and go: watched where the disk is, left alone while it is away.

use std::path::Path;
use std::sync::Arc;

use driftless_core::disk::{Disk, End};
use driftless_core::mirror::{DiskIs, Input, SyncKey};
use driftless_core::plan::SyncPlan;
use driftless_core::target::Target;

use super::Driver;
use super::job::Ends;

/// The two ends of a sync as they are configured, and what was told of their disks last.
#[derive(Debug)]
pub(super) struct Followed {
    id: String,
    ends: Vec<Follow>,
}

#[derive(Debug)]
struct Follow {
    end: End,
    disk: Option<Disk>,
    place: String,
    told: Option<DiskIs>,
}

impl Followed {
    pub(super) fn of(plan: &SyncPlan) -> Followed {
        let follow = |end, disk: &Option<Disk>, place: &str| Follow {
            end,
            disk: disk.clone(),
            place: place.to_owned(),
            told: None,
        };
        let mut ends = vec![follow(End::Source, &plan.own.source_disk, &plan.source)];
        if let Target::Local { path } = &plan.target {
            ends.push(follow(End::Target, &plan.own.target_disk, path));
        }
        Followed { id: plan.id.clone(), ends }
    }

    /// Other disks for the same two ends.
    fn adopt(&mut self, plan: &SyncPlan) {
        for follow in &mut self.ends {
            follow.disk = match follow.end {
                End::Source => plan.own.source_disk.clone(),
                End::Target => plan.own.target_disk.clone(),
            };
        }
    }

    /// The source is on a disk that is away.
    pub(super) fn source_away(&self) -> bool {
        self.ends.iter().any(|f| f.end == End::Source && matches!(f.told, Some(DiskIs::Away { .. })))
    }
}

impl Driver {
    /// The configuration may name other disks.
    pub(super) fn disks_configured(&mut self) {
        let plan = self.plan.clone();
        for followed in self.followed.values_mut() {
            if let Some(wanted) = plan.syncs.iter().find(|s| s.id == followed.id) {
                followed.adopt(wanted);
            }
        }
        self.disks_changed();
    }

    /// The mount table may be another one.
    pub(super) fn disks_changed(&mut self) {
        for sync in self.followed.keys().copied().collect::<Vec<_>>() {
            self.follow(sync, true);
        }
    }

    /// Looks where the disks of a sync are, and tells what is news; `watched`: its source is watched already.
    pub(super) fn follow(&mut self, sync: SyncKey, watched: bool) {
        let Some(followed) = self.followed.get_mut(&sync) else { return };
        let mut news = Vec::new();
        for follow in &mut followed.ends {
            let is = match &follow.disk {
                Some(disk) => self.disks.find((sync, &followed.id), follow.end, disk, &follow.place),
                // None is named any more.
                None if follow.told.is_some() => DiskIs::At(follow.place.clone()),
                None => continue,
            };
            if follow.told.as_ref() != Some(&is) {
                follow.told = Some(is.clone());
                news.push((follow.end, is));
            }
        }
        for (end, is) in news {
            if let (DiskIs::At(place), Some(ends)) = (&is, self.ends.get(&sync)) {
                let mut moved = Ends::clone(ends);
                match end {
                    End::Source => moved.source = place.clone(),
                    End::Target => moved.target = Target::Local { path: place.clone() },
                }
                self.ends.insert(sync, Arc::new(moved));
            }
            self.input(Input::Disk { sync, end, is: is.clone() });
            if end == End::Source && watched {
                self.parts.watcher.unwatch(sync);
                if let (DiskIs::At(place), Some(ends)) = (is, self.ends.get(&sync)) {
                    let mode = self.plan.settings.inotify_mode;
                    self.parts.watcher.watch(sync, Path::new(&place), ends.matcher.clone(), mode);
                }
            }
        }
    }
}
