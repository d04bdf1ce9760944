"""For all tests: the service keeps its files in a folder of this run, so no test meets the daemon of who runs them."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

HOME = tempfile.mkdtemp(prefix="vem-tests-")
os.environ["VEM_HOME"] = HOME
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
