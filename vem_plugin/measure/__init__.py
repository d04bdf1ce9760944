"""Measuring what was made: sync in the rendered sound, with chance levels and misses one by one."""

from vem_plugin.measure.report import SyncReport, measure_sync, measure_take
from vem_plugin.measure.wording import miss_lines, summary_lines

__all__ = ["SyncReport", "measure_sync", "measure_take", "miss_lines", "summary_lines"]
