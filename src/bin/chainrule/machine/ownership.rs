//! Who may write where: what somebody else could have put there is not obeyed.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The nearest folder, from `folder` upwards, into which another user may put files; none where
/// only this user and the system may. The sticky bit helps nothing: it keeps others from removing
/// files, and cargo obeys those that they add. Nothing is asked of the home folder and those above:
/// who can write there can be this user anyway, and some systems give it to another one's number.
pub fn open_to_others(folder: &Path) -> Option<PathBuf> {
    let real = folder.ancestors().find_map(|one| one.canonicalize().ok())?;
    let home = std::env::home_dir().and_then(|home| home.canonicalize().ok());
    let is_open = |folder: &&Path| {
        folder
            .metadata()
            .is_ok_and(|data| !is_ours(&data) || others_may_write(&data))
    };
    let above = real.ancestors();
    above
        .take_while(|folder| home.as_deref() != Some(*folder))
        .find(is_open)
        .map(Path::to_owned)
}

/// Whether it belongs to this user or to the system.
pub fn is_ours(data: &Metadata) -> bool {
    [0, own_id()].contains(&data.uid())
}

fn others_may_write(data: &Metadata) -> bool {
    let (by_group, by_all) = (data.mode() & 0o020 != 0, data.mode() & 0o002 != 0);
    by_all || (by_group && has_others(data.gid()))
}

/// Whether a group has members beside this user and the system: many systems give each user a group
/// of his own, and let it write.
fn has_others(group: u32) -> bool {
    let own = nix::unistd::User::from_uid(nix::unistd::geteuid());
    let own = own.ok().flatten().map(|user| user.name);
    let is_other = |name: &str| name != "root" && own.as_deref() != Some(name);
    let named = nix::unistd::Group::from_gid(group.into()).ok().flatten();
    if named.is_some_and(|group| group.mem.iter().any(|name| is_other(name))) {
        return true;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    users.lines().any(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let number = |at: usize| fields.get(at).and_then(|text| text.parse::<u32>().ok());
        number(3) == Some(group) && number(2).is_some_and(|user| ![0, own_id()].contains(&user))
    })
}

fn own_id() -> u32 {
    nix::unistd::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_is_as_private_as_those_above_it() {
        let above =
            tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR").to_owned() + "/target").unwrap();
        let (outer, inner) = (above.path().join("outer"), above.path().join("outer/inner"));
        fs::create_dir_all(&inner).unwrap();
        let open = |mode| {
            fs::set_permissions(&outer, fs::Permissions::from_mode(mode)).unwrap();
            open_to_others(&inner.join("not there yet"))
        };
        assert_eq!(open(0o755), None);
        let real = Some(outer.canonicalize().unwrap());
        assert_eq!([open(0o777), open(0o1777)], [real.clone(), real]);
        // The group is this user's alone.
        assert_eq!(open(0o775), None);
    }
}
