"""Builds sets out of films that have music, with the filters of TB-Match (VeM, AAAI-26)."""

from vem_plugin.dataset.build.build import STAGES, Built, Wishes, build_set
from vem_plugin.dataset.build.filters import FILTERS, Thresholds

__all__ = ["FILTERS", "STAGES", "Built", "Thresholds", "Wishes", "build_set"]
