"""Where the frozen build begins. It is `vem`; and, as ``vem -m MODULE ...``, the Python that its parts start each other
with, since ``sys.executable`` is this program there.
"""

import multiprocessing
import runpy
import sys


def main() -> None:
    """Run `vem`, a module of ours, or what multiprocessing asks of a child."""
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["-m"] and len(sys.argv) > 2:
        module = sys.argv[2]
        sys.argv = [module, *sys.argv[3:]]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return
    from vem_adapters.commands import main as vem

    vem()


if __name__ == "__main__":
    main()
