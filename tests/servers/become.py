"""Becomes another UNIX user for good, and then does what it is told.

`python -P become.py USER MODULE [ARGUMENT...]` calls `main()` of the module, with these `sys.argv`.
The user may look through folders that are not his, where Python may lie, but neither write nor connect there.
"""

import ctypes
import importlib
import os
import pwd
import struct
import sys

CAP_DAC_READ_SEARCH = 2
PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
VERSION_3 = 0x20080522


def become(name: str) -> None:
    """Be that user and nobody else, with his groups, for good."""
    libc = ctypes.CDLL(None, use_errno=True)
    user = pwd.getpwnam(name)
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.initgroups(name, user.pw_gid)
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    kept = 1 << CAP_DAC_READ_SEARCH
    if libc.capset(struct.pack("Ii", VERSION_3, 0), struct.pack("6I", kept, kept, kept, 0, 0, 0)):
        sys.exit(f"capabilities of {name} cannot be set: {os.strerror(ctypes.get_errno())}")
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0)


if __name__ == "__main__":
    _, name, module, *arguments = sys.argv
    become(name)
    sys.path.insert(0, os.getcwd())
    sys.argv = [module, *arguments]
    sys.exit(importlib.import_module(module).main())
