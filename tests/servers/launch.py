"""Become another program that dies with the one that started it: `launch.py PARENT SIGNAL UID GID PROGRAM ARGUMENT...`.

A program of its own instead of `preexec_fn`, which Python warns about in a process with threads, such as a worker of xdist.
UID and GID of -1 keep the user. PARENT is the process whose death ends the program, sent as signal number SIGNAL; only Linux
knows how, elsewhere the server outlives a killed test run.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal_number: int, uid: int, gid: int, command: list[str]) -> None:
    """Change the user, tie our life to the parent's and become the command."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of user, which clears it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            sys.exit("the process that asked for this server is gone")
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
