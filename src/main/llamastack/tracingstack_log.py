"""What the server's log says of us."""

import os
import sys


def say(subject, reason, details=""):
    """One line for whoever reads the server's log."""
    try:
        print("TracingStack: %s: %s pid=%d %s" % (subject, reason, os.getpid(), details), file=sys.stderr, flush=True)
    except Exception:  # no stderr, or one that is closed
        pass
