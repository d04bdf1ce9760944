"""What is asked for: brief and notes in words, the style they mean, and what the pictures say where words fail."""

from vem_plugin.brief.asked import Brief, SpanNote, parse_metre, parse_tempo, read_spans
from vem_plugin.brief.style import choose_style
from vem_plugin.brief.wishes import Wishes, read_wishes

__all__ = ["Brief", "SpanNote", "Wishes", "choose_style", "parse_metre", "parse_tempo", "read_spans", "read_wishes"]
