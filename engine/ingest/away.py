"""Whether a folder is there, or its disk or network drive is away.

A removed disk often leaves an empty folder behind where it was mounted, which looks as if every
file had been deleted. So each added folder remembers the mount points it lies on and holds.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from engine.store.roots import Root, inside

NETWORK_TYPES = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "davfs", "davfs2", "9p", "ncpfs",
        "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.gvfsd-fuse", "fuse.glusterfs", "ceph",
        "virtiofs", "vboxsf", "drvfs", "prl_fs", "fuse.vmhgfs-fuse",
    }
)  # fmt: skip
"""File systems that tell nothing of changes made on other machines."""


def is_there(path: Path | str) -> bool:
    """Whether a path can be reached at this moment; a disk that does not answer is not there."""
    try:
        os.stat(path)  # noqa: PTH116 - any path
    except (OSError, ValueError):
        return False
    return True


def is_gone(path: str) -> bool:
    """Whether a file was surely deleted or moved: nothing of that name, links included."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return not _named(path)


def _named(path: str) -> bool:
    """Whether a name is spelled so: some disks find it under other capitals too."""
    folder, name = os.path.split(path)
    if name.lower() == name.upper():
        return True
    try:
        return name in os.listdir(folder)  # noqa: PTH208 - names are enough
    except OSError:
        return True


def mount_of(path: Path) -> str:
    """The mount point that a path lies on; empty for the system's own."""
    for folder in (path, *path.parents):
        if os.path.ismount(folder):
            return "" if folder == folder.parent else str(folder)
    return ""


def lost_mounts(root: Root) -> tuple[str, ...]:
    """Mount points of a root that are no longer mounted."""
    return tuple(mount for mount in root.mounts if not os.path.ismount(mount))


def is_away(root: Root) -> bool:
    """Whether nothing of a root can be reached.

    A file that was added by itself and is gone from a folder that is there, was deleted.
    """
    path = Path(root.path)
    if any(mount == root.path or path.is_relative_to(mount) for mount in lost_mounts(root)):
        return True
    return not is_there(path) and (root.is_folder or not is_there(path.parent))


def prefixes(roots: Iterable[Root]) -> tuple[str, ...]:
    """What the paths begin with that lie in folders or on disks which are away."""
    found: list[str] = []
    for root in roots:
        if is_away(root):
            found += [root.path] if not root.is_folder else [inside(Path(root.path))[0]]
        else:
            found += [inside(Path(mount))[0] for mount in lost_mounts(root)]
    return tuple(found)


def on_network(path: Path, types: Iterable[tuple[str, str]]) -> bool:
    """Whether a path lies on a network drive. ``types`` are mount points with their systems."""
    if str(path).startswith("\\\\"):
        return True
    around = [
        (len(mount), kind) for mount, kind in types if path == Path(mount) or
        path.is_relative_to(mount)
    ]  # fmt: skip
    return bool(around) and max(around)[1].lower() in NETWORK_TYPES
