"""In which precision matrices are multiplied: bfloat16 where the processor is faster with it, else float32."""

from __future__ import annotations

import torch


def fast_with_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 matrix products are faster than float32 on this device.

    On a CPU without AVX512-BF16 or AMX they are emulated: measured 200 times slower.
    """
    if device.type == "cpu":
        asked = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
        return any(supported is not None and supported() for supported in asked)
    return device.type == "cuda" and torch.cuda.is_bf16_supported()


def autocast(device: torch.device) -> torch.autocast:
    """The context in which the networks run on a device."""
    return torch.autocast(device.type, torch.bfloat16, enabled=fast_with_bfloat16(device))
