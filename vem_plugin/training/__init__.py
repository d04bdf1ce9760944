"""Training: recipes, stages, one trainer for all of them, and what is taught.

``vem train`` is its door. ``trainer`` is the loop, ``stage`` what a stage is, ``recipe`` what a run is asked for;
``codec``, ``aligner``, ``diffusion``, ``adapter`` and ``audio_*`` are the stages. ``README.md`` has the commands that
make the model that ships.
"""
