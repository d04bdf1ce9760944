"""Pairs out of nothing: a synthetic director, the rule-based composer and the product's renderer."""

from vem_plugin.dataset.synth.pairs import draw_pair
from vem_plugin.dataset.synth.taste import TASTES, USUAL, DirectorTaste

__all__ = ["TASTES", "USUAL", "DirectorTaste", "draw_pair"]
