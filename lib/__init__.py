"""The parts of the Digital Meter; docs/ARCHITECTURE.md shows how they hang together."""

import sys

if sys.version_info < (3, 11, 3):
    from lib import timeouts

    timeouts.mend()
