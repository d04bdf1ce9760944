"""The audio-domain model: VeM over latents of sound, for those who have GPUs and weights. Nothing here ships weights.

``audio_composer`` is the engine, ``audio_pipeline`` its loop over ``stable_audio`` or ``audioldm2``: each of these is a
network with SG-CAtt and TB-As in it, and a codec (``audio_codec``).

Latent frames sit at the codec's fixed rate; frame i begins at ``i / rate`` seconds. Tensors with channels first,
(B, C, T), are diffusers' convention and stay inside this folder.
"""
