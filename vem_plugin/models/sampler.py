"""How noise becomes latents step by step: a published solver, set up for flow matching."""

from __future__ import annotations

from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler


def flow_solver() -> DPMSolverMultistepScheduler:
    """DPM-Solver++ of second order (arXiv 2211.01095) over the sigmas of flow matching, evenly spaced.

    Eight and twelve of its steps measure like 25 of Euler's (``benchmarks/MUSIC.md``); ten are taken. Its sigma is
    1 - t of the transformer's diffusion time t, and it is given the velocity, noise minus clean.
    """
    return DPMSolverMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, solver_order=2)
