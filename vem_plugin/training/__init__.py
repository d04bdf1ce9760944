"""Training of the model that ships, from nothing but the rule-based teacher, on any machine.

One run folder takes it all (30,000 pieces need 1 GB of disk). In this order:

    python -m vem_plugin.training corpus    --out runs/first --pieces 30000
    python -m vem_plugin.training codec     --out runs/first --minutes 8
    python -m vem_plugin.training encode    --out runs/first
    python -m vem_plugin.training diffusion --out runs/first --minutes 60
    python -m vem_plugin.training export    --out runs/first --to vem_plugin/models/weights

Times are for two CPU cores with bfloat16 that do nothing else; where others use them too, set
``OMP_WAIT_POLICY=PASSIVE`` and ``GOMP_SPINCOUNT=0``, or the threads wait for each other most of the time. ``diffusion``
may be stopped at any time and goes on where it was, towards the same end; ``export`` works while it runs. Every step
adds to ``log.txt`` in the run folder.
"""
