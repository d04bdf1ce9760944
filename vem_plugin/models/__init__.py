"""The networks that write music: score codec, VeM transformer, pipeline, and the composers built on them.

The only room, with ``training``, that loads torch; every module here comes after this one.
"""

import os

# Torch's threads spin while they wait for each other. Beside an editing program on the same processor that made
# sampling up to twenty times slower (measured on two cores with two other busy processes: 4 to 18 s for 74 beats; 3 s
# when they give up early; .9 s on an idle machine either way). The two runtimes of OpenMP read this once, when torch
# is loaded; whoever has set it otherwise keeps it.
os.environ.setdefault("GOMP_SPINCOUNT", "5000")
os.environ.setdefault("KMP_BLOCKTIME", "1")
