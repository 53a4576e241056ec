//! What `C` (and `--cvs-exclude`) leaves out, as rsync's manual lists it.

/// The built-in patterns; all of them perishable.
pub(super) const BUILT_IN: &[u8] = b"RCS SCCS CVS CVS.adm RCSLOG cvslog.* tags TAGS .make.state .nse_depinfo \
    *~ #* .#* ,* _$* *$ *.old *.bak *.BAK *.orig *.rej .del-* *.a *.olb *.o *.obj *.so *.exe *.Z *.elc *.ln \
    core .svn/ .git/ .hg/ .bzr/";

/// The file that `:C` looks for in every directory.
pub(super) const PER_DIRECTORY: &[u8] = b".cvsignore";
