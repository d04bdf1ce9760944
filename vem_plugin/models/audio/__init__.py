"""The audio-domain model: VeM over waveform latents, for those who have GPUs and weights. Nothing here ships weights.

Latent frames sit at the codec's fixed rate; frame i begins at ``i / rate`` seconds. Tensors with channels first,
(B, C, T), are diffusers' convention and stay inside this folder.
"""
