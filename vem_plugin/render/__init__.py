"""Plays scores: sampled instruments, stems, mix, loudness, Broadcast WAV. The door is ``rendering.render``."""
