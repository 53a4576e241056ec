//! Disks that come and go: while one is away its sync waits calmly, and when it is back everything is compared.

use super::SyncState;
use crate::disk::{Away, End};
use crate::mirror::DiskIs;
use crate::paths::RelPath;
use crate::plan::SyncPlan;
use crate::target::Target;
use crate::time::Now;

impl SyncState {
    /// Another configuration of the same two ends; a disk stays where it was found. The one until now.
    pub fn adopt(&mut self, wanted: &SyncPlan) -> SyncPlan {
        let places = (self.plan.source.clone(), self.plan.target.clone());
        let old = std::mem::replace(&mut self.plan, wanted.clone());
        (self.plan.source, self.plan.target) = places;
        old
    }

    /// The disk of this end is there, at this place, or away.
    pub fn disk_is(&mut self, now: Now, end: End, is: DiskIs) {
        let place = match is {
            DiskIs::Away { uuid } => {
                let since_ms = self.away.as_ref().map_or(now.wall_ms, |away| away.since_ms);
                self.away = Some(Away { end, uuid, since_ms });
                // Whatever failed last failed for it.
                self.standing = None;
                self.watching &= end != End::Source;
                return;
            }
            DiskIs::At(place) => place,
        };
        let was_away = self.away.as_ref().is_some_and(|away| away.end == end);
        let moved = match end {
            End::Source => std::mem::replace(&mut self.plan.source, place.clone()) != place,
            End::Target => {
                let target = Target::Local { path: place };
                std::mem::replace(&mut self.plan.target, target.clone()) != target
            }
        };
        if !was_away && !moved {
            return;
        }
        if was_away {
            self.away = None;
        }
        // The file system is the same one; the numbers under which the system knows it are others.
        self.baseline.replugged(end);
        self.standing = None;
        self.answered();
        self.lost(now, &RelPath::root());
        self.watching &= end != End::Source;
    }
}
