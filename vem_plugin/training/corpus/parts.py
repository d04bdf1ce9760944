"""What the pitched roles play in one bar: four functions, one a role, all reading the same ``BarTask``."""

from __future__ import annotations

from vem_plugin.score.cue import COMPOUND
from vem_plugin.score.theme import ThemeNote
from vem_plugin.training.corpus.bar_task import BarTask, Span
from vem_plugin.training.corpus.counter_line import CounterLine
from vem_plugin.training.corpus.grooves import ROLLING
from vem_plugin.training.corpus.pattern_book import BOOKS, LINE
from vem_plugin.training.corpus.patterns import read
from vem_plugin.training.corpus.sketch import BASS, COUNTER, HARMONY, MELODY, Sketch
from vem_plugin.training.corpus.voicing import (
    bass_degrees,
    bass_root,
    coloured,
    hand_of,
    nearest_tone,
    scale_under,
)

LEGATO = frozenset({"epic", "ambient", "emotional", "documentary", "trailer"})
"""Styles whose bass holds its notes to the full."""
PLUCKED = {"playful": (2, 2, 3)}
"""Longest notes, in sixteenths, of bass, harmony and melody where a style plays short."""
PULSE = {4: read("R-R-R-R-R-R-R-R-"), 3: read("R-R-R-R-R-R-", 3), COMPOUND: read("R-R-R-R-R-R-", COMPOUND)}
"""The bass of a build."""
PAD = "pad"
BREAKDOWN_ENERGY = 0.5
"""Energy below which a section that falls away is a breakdown."""
HARMONY_LIFT, COUNTER_LIFT, MELODY_LIFT, BASS_LIFT = -6, -8, 5, 0
BENEATH_TUNE = -3
"""How far harmony and counter step back where the tune plays."""
BRIGHT, DARK_TENSION = 0.5, 0.6
"""Valence from which major chords take a ninth, tension from which dark minor ones take a rub."""
HIGHEST_HARMONY, HIGHEST_BENEATH_TUNE, HIGHEST_COUNTER = 79, 67, 93


def play_bass(task: BarTask, sketch: Sketch) -> None:
    """The bass line: basses, fifths and octaves, and a step towards the next bass where the pattern asks for one."""
    book = BOOKS[task.metre]
    pattern = PULSE[task.metre] if _drives(task) else book.bass[task.playing.bass[task.bar.level]]
    for stroke, span in task.over_chords(pattern):
        degrees = bass_degrees(span.chord)
        pitch = degrees.get(stroke.sign) or _approach(task, span, degrees)
        length = _bass_length(task, stroke.length)
        sketch.add(BASS, task.bar.step + stroke.start, length, pitch, task.velocity(stroke.start, BASS_LIFT))


def _drives(task: BarTask) -> bool:
    return task.build == 1 and task.style in ROLLING and task.bar.level > 0


def _approach(task: BarTask, span: Span, degrees: dict[str, int]) -> int:
    """A step below or above the next bass; the fifth where it stays or the bar is cut short of its turn."""
    here, following = degrees["R"], bass_root(task.next_bass)
    if following == here or span.end < task.bar.steps:
        return degrees["5"]
    scale = scale_under(task.scale, span.chord.tones)
    wanted = following - 2 if following > here else following + 2
    pitch = nearest_tone(wanted, scale)
    return pitch if pitch != following else wanted


def _bass_length(task: BarTask, length: int) -> int:
    if task.style in PLUCKED:
        return min(length, PLUCKED[task.style][0] * (2 if task.metre == COMPOUND else 1))
    return length if task.style in LEGATO or length != 4 else length - 1


def play_harmony(task: BarTask, sketch: Sketch) -> None:
    """Chords, or their voices one by one, in the rhythm of the style's comping."""
    name = comp_of(task)
    longest = PLUCKED[task.style][1] * (2 if task.metre == COMPOUND else 1) if task.style in PLUCKED else task.bar.steps
    lift = HARMONY_LIFT + (BENEATH_TUNE if "melody" in task.roles else 0)
    for stroke, span in task.over_chords(BOOKS[task.metre].comp[name]):
        voicing = _full_hand(task, span)
        velocity = task.velocity(stroke.start, lift + (6 if stroke.sign == "X" else 0))
        for pitch in _voices(stroke.sign, voicing, span.voicing):
            sketch.add(HARMONY, task.bar.step + stroke.start, min(stroke.length, longest), pitch, velocity)


def comp_of(task: BarTask) -> str:
    """Name of the bar's comping: the theme's at this density, held chords in a breakdown."""
    return PAD if task.falling and task.bar.energy < BREAKDOWN_ENERGY else task.playing.comp[task.bar.level]


def _voices(sign: str, voicing: tuple[int, ...], plain: tuple[int, ...]) -> tuple[int, ...]:
    if sign.isdigit():
        octave, voice = divmod(int(sign), len(plain))
        return (plain[voice] + 12 * octave,)
    return voicing[1:] if sign == "t" else voicing


def _full_hand(task: BarTask, span: Span) -> tuple[int, ...]:
    """The voicing with the mood's colour, and the lowest voice doubled above where the music is full."""
    voicing = span.voicing
    if task.manner.colours:
        section = task.bar.section
        if section.valence >= BRIGHT:
            voicing = coloured(voicing, span.chord, task.scale, bright=True)
        elif section.tension >= DARK_TENSION and section.valence < 0:
            voicing = coloured(voicing, span.chord, task.scale, bright=False)
    if task.bar.level == 2 and task.intensity > 0.25:
        voicing += _doubling(span, HIGHEST_BENEATH_TUNE if "melody" in task.roles else HIGHEST_HARMONY)
    return voicing


def _doubling(span: Span, highest: int) -> tuple[int, ...]:
    """The lowest voice that can be doubled above the hand without a fifth or an octave over the bass on top."""
    voices = (pitch + 12 for pitch in span.voicing if (pitch - span.chord.bass) % 12 not in (0, 7))
    return tuple(pitch for pitch in voices if span.voicing[-1] < pitch <= highest)[:1]


def play_counter(task: BarTask, sketch: Sketch, line: CounterLine, tune: list[ThemeNote]) -> None:
    """A figure over the chord tones of the counter's hand (an arpeggio, an ostinato), or a slow counter-melody."""
    name = task.playing.figure[task.bar.level]
    lift = COUNTER_LIFT + (BENEATH_TUNE if "melody" in task.roles else 0)
    if name == LINE:
        _sing_counter(task, sketch, line, tune, lift + 4)
        return
    up = 12 if _drives(task) else 0
    for stroke, span in task.over_chords(BOOKS[task.metre].figures[name]):
        hand = hand_of(span.chord, task.manner.counter_low)
        pitch = _neighbour(hand[0], span, task.scale) if stroke.sign == "n" else hand[int(stroke.sign)]
        if stroke.start >= task.bar.steps // 2 and pitch + up <= HIGHEST_COUNTER:
            pitch += up
        sketch.add(COUNTER, task.bar.step + stroke.start, stroke.length, pitch, task.velocity(stroke.start, lift))


def _neighbour(pitch: int, span: Span, scale: tuple[int, ...]) -> int:
    """The scale's next tone above a pitch."""
    bent = scale_under(scale, span.chord.tones)
    return next((pitch + step for step in (1, 2, 3) if (pitch + step) % 12 in bent), pitch)


def _sing_counter(task: BarTask, sketch: Sketch, line: CounterLine, tune: list[ThemeNote], lift: float) -> None:
    spans = tuple((span.start, min(span.end, task.end), span.chord) for span in task.spans if span.start < task.end)
    sung = [note._replace(start=note.start - task.bar.step) for note in tune]
    written = line.bar(spans, sung, task.scale, task.metre, sparse=task.bar.level == 0)
    for start, length, pitch in written:
        sketch.add(COUNTER, task.bar.step + start, length, pitch, task.velocity(start, lift))


def play_melody(task: BarTask, sketch: Sketch, tune: list[ThemeNote]) -> None:
    """The theme's tune as it is written: it was composed over these chords."""
    longest = PLUCKED[task.style][2] * (2 if task.metre == COMPOUND else 1) if task.style in PLUCKED else task.bar.steps
    end = task.spans[-1].end if task.spans else 0
    for note in tune:
        start = note.start - task.bar.step
        if start < end:
            sketch.add(MELODY, note.start, min(note.length, longest), note.pitch, task.velocity(start, MELODY_LIFT))
