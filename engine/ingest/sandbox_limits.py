"""What a reading process gives up before it opens a file of the user.

Everywhere: other machines (the audit hook of :mod:`engine.network`). On POSIX: memory, file sizes,
open files, processor time. On Linux, where the kernel has them and without any privilege: no
sockets and no new programs (seccomp), no writing outside its own folder (Landlock). Sources: the
manual pages seccomp(2), landlock(7), getrlimit(2), prctl(2).
"""

import ctypes
import os
import platform
import signal
import struct
import sys
from contextlib import suppress
from pathlib import Path

OPEN_FILES = 256
FILE_BYTES = 512 * 2**20
"""Largest file that a parser may write into its own folder."""
NICE = 5

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22
SECCOMP_MODE_FILTER = 2
ALLOW, REFUSE, EPERM = 0x7FFF0000, 0x00050000, 1
AF_UNIX = 1

ARCHITECTURES: dict[str, tuple[int, int, tuple[int, ...]]] = {
    # machine: audit number, number of socket(), numbers refused: execve, execveat, ptrace, kill,
    # process_vm_readv, process_vm_writev, connect, mount, umount2, pivot_root, chroot, unshare,
    # setns, add_key, request_key, keyctl, bpf, perf_event_open, userfaultfd, open_by_handle_at,
    # io_uring_setup
    "x86_64": (
        0xC000003E, 41,
        (59, 322, 101, 62, 310, 311, 42, 165, 166, 155, 161, 272, 308, 248, 249, 250, 321, 298,
         323, 304, 425),
    ),
    "aarch64": (
        0xC00000B7, 198,
        (221, 281, 117, 129, 270, 271, 203, 40, 39, 41, 51, 97, 268, 217, 218, 219, 280, 241,
         282, 265, 425),
    ),
}  # fmt: skip

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
RULE_PATH_BENEATH = 1
WRITE_FILE, READS, TRUNCATE, REFER = 1 << 1, (1 << 0) | (1 << 2) | (1 << 3), 1 << 14, 1 << 13
CHANGES = WRITE_FILE | sum(1 << bit for bit in range(4, 13))
"""Writing, making and removing anything; the first version of Landlock knows these."""


def apply(folder: Path, memory_bytes: int) -> list[str]:
    """Give up what can be given up; the names of what is, for ``doctor``.

    Call once, before threads are started. ``folder`` stays writable.
    """
    shut: list[str] = []
    if sys.platform == "win32":
        return shut
    os.nice(NICE)
    if _limit_resources(memory_bytes):
        shut.append("memory")
    if not sys.platform.startswith("linux"):
        return shut
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return shut
    if _keep_from_writing(libc, folder):
        shut.append("writing")
    if _keep_from_calling(libc):
        shut += ["sockets", "programs"]
    return shut


def allow_seconds(seconds: float) -> None:
    """Processor time from now on, after which the system ends the process."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _limit_resources(memory_bytes: int) -> bool:
    """Limits that hold for this process alone. True where memory is among them."""
    if sys.platform == "win32":
        return False
    import resource

    for name, most in (("RLIMIT_NOFILE", OPEN_FILES), ("RLIMIT_FSIZE", FILE_BYTES)):
        _lower(getattr(resource, name), most)
    _lower(resource.RLIMIT_CORE, 0)
    # Of data, not of addresses: libraries reserve far more of those than they ever fill.
    return _lower(resource.RLIMIT_DATA, memory_bytes) and sys.platform.startswith("linux")


def _lower(what: int, most: int) -> bool:
    if sys.platform == "win32":
        return False
    import resource

    hard = resource.getrlimit(what)[1]
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (limit, limit))
    except (ValueError, OSError):
        return False
    return True


# --- seccomp -----------------------------------------------------------------------------------


def _keep_from_calling(libc: ctypes.CDLL) -> bool:
    """Refuse system calls that no parser needs; sockets only of the local kind."""
    known = ARCHITECTURES.get(platform.machine())
    if known is None or struct.calcsize("P") != 8:
        return False
    program = b"".join(_filter(*known))
    code = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    wanted = Program(len(program) // 8, ctypes.cast(code, ctypes.c_void_p))
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(wanted), 0, 0) == 0)


def _filter(audit: int, socket_call: int, refused: tuple[int, ...]) -> list[bytes]:
    """A program of the classic packet filter over (call number, architecture, arguments)."""

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    load, jump_equal, jump_at_least, give = 0x20, 0x15, 0x35, 0x06
    program = [
        step(load, 4),
        step(jump_equal, audit, 1, 0),
        step(give, REFUSE | EPERM),
        step(load, 0),
        step(jump_at_least, 0x40000000, 0, 1),  # the x32 way around the numbers below
        step(give, REFUSE | EPERM),
    ]
    for number in refused:
        program += [step(jump_equal, number, 0, 1), step(give, REFUSE | EPERM)]
    return [
        *program,
        step(jump_equal, socket_call, 0, 3),
        step(load, 16),
        step(jump_equal, AF_UNIX, 1, 0),
        step(give, REFUSE | EPERM),
        step(give, ALLOW),
    ]


# --- Landlock ----------------------------------------------------------------------------------


def _keep_from_writing(libc: ctypes.CDLL, folder: Path) -> bool:
    """Refuse every change of files outside the folder; reading stays as it is."""
    version = libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    handled = CHANGES | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    wanted = struct.pack("=Q", handled)
    rules = libc.syscall(LANDLOCK_CREATE, wanted, ctypes.c_size_t(len(wanted)), ctypes.c_uint32(0))
    if rules < 0:
        return False
    try:
        allowed = ((folder, handled), (Path(os.devnull), handled & (WRITE_FILE | TRUNCATE)))
        for path, access in allowed:
            place = os.open(path, getattr(os, "O_PATH", 0) | getattr(os, "O_CLOEXEC", 0))
            try:
                rule = struct.pack("=Qi", access, place)
                if libc.syscall(LANDLOCK_ADD, rules, RULE_PATH_BENEATH, rule, 0) != 0:
                    return False
            finally:
                os.close(place)
        return bool(libc.syscall(LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)
