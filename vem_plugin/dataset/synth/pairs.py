"""Pairs out of nothing, by number: the same number and seed give the same pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.energy import music_energy, picture_energy
from vem_plugin.dataset.eyes import picture_encoder, text_encoder
from vem_plugin.dataset.pair import LOOK_RATE, LOOKS, Origin, Pair, Transitions, Truth, flac_of
from vem_plugin.dataset.rhythm import accents_at, nearest_beats, rising_of
from vem_plugin.dataset.synth.film import storyboard_of, write_film
from vem_plugin.dataset.synth.music import play_music, write_music
from vem_plugin.dataset.synth.scenery import Scenery, draw_scenery
from vem_plugin.dataset.synth.seen import Seen, draw_seen
from vem_plugin.dataset.synth.story import Story, draw_story
from vem_plugin.dataset.synth.taste import USUAL, DirectorTaste
from vem_plugin.models.storyboard_tokens import ShotTable
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.training.corpus.build import Piece
from vem_plugin.training.corpus.captions import caption_for, caption_of_cue

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit embeddings, (n, TEXT_SIZE)."""
SPEECHLESS = 0.15
"""Share of shots about which nothing is said, as in ``training.shots``."""
LICENCE = "Apache-2.0"
"""Of everything made here: notes by our rules, sound by the bank that ships (see NOTICE), pictures by arithmetic."""
ENERGY_NOISE = 0.04
MAKER = "vem dataset synth"


def draw_pair(
    number: int,
    *,
    seed: int,
    taste: DirectorTaste = USUAL,
    held_out: bool = False,
    encode: Encode | None = None,
    music: bool = True,
    sound: bool = False,
    films: Path | None = None,
) -> Pair:
    """Make up a pair.

    Parameters
    ----------
    number, seed : int
        The same two give the same pair.
    taste : DirectorTaste
        The school of editing; each pair has an editor of its own.
    held_out : bool
        Progressions and wordings that are kept out of training; the pair's split is then "test".
    encode : callable, optional
        The text encoder; without one no words are known (``told`` is 0 and embeddings are zero).
    music : bool
        Whether to write the notes. Without, the pair has neither notes nor sound: fastest, enough for the aligner.
    sound : bool
        Whether to play them; a second or two.
    films : Path, optional
        A folder for the rendered film and its timeline; the pictures' features are then those that the product sees in
        them, embeddings included. Without, they are drawn and nothing is rendered.
    """
    rng = np.random.default_rng([seed, number])
    editor = taste.drawn(rng)
    story = draw_story(rng, editor)
    scenery = draw_scenery(story, rng)
    seen = draw_seen(scenery, editor, rng)
    words = words_of(scenery, rng, held_out=held_out)
    piece = write_music(story, rng, held_out=held_out) if music or sound else None
    pair = _pair(f"synth-{seed}-{number:06d}", scenery, seen, words, encode, rng, held_out=held_out)
    if piece is not None:
        pair = with_truth(pair, story, piece)
    if piece is not None and sound:
        pair = with_sound(pair, piece, story, seed=number)
    return pair if films is None else with_film(pair, scenery, films, rng=np.random.default_rng([seed, number, 1]))


def words_of(scenery: Scenery, rng: np.random.Generator, *, held_out: bool) -> tuple[str, tuple[str, ...]]:
    """Caption of the whole, and what is said about every shot: about its section, or nothing."""
    cue = scenery.story.cue
    spoken = rng.random(len(scenery.section)) >= SPEECHLESS
    shots = tuple(
        caption_for(cue.sections[section], cue, rng, held_out=held_out) if said else ""
        for section, said in zip(scenery.section, spoken, strict=True)
    )
    return caption_of_cue(cue, rng, held_out=held_out), shots


def _pair(
    key: str,
    scenery: Scenery,
    seen: Seen,
    words: tuple[str, tuple[str, ...]],
    encode: Encode | None,
    rng: np.random.Generator,
    *,
    held_out: bool,
) -> Pair:
    story = scenery.story
    steps = len(seen.looks)
    heard = story.energy_at(np.arange(steps) / LOOK_RATE) + rng.normal(0, ENERGY_NOISE, steps)
    caption, shot_words = words
    rows = encode([caption, *shot_words]) if encode else np.zeros((1 + len(shot_words), TEXT_SIZE), np.float32)
    spoken = np.array([bool(each) and encode is not None for each in shot_words])
    told = np.stack([spoken, np.zeros_like(spoken), seen.known], axis=1).astype(np.float32)
    fades = scenery.fades
    return Pair(
        key=key,
        origin=Origin(MAKER, licence=LICENCE),
        seconds=story.frames / story.rate,
        frame_rate=float(story.rate),
        split="test" if held_out else "train",
        shots=ShotTable(
            start=scenery.start,
            end=scenery.end,
            fade_in=fades,
            fade_out=np.append(fades[1:], 0.0),
            text=rows[1:] * told[:, :1],
            picture=np.zeros((len(told), 0), np.float32),
            cinematics=seen.cinematics,
            told=told,
        ),
        words=shot_words,
        transitions=transitions_of(story),
        surroundings=seen.surroundings,
        looks=seen.looks,
        picture_energy=_energy_of_looks(seen.looks, story),
        music_energy=np.clip(heard, 0, 1).astype(np.float32),
        beats=story.clock[:-1],
        downbeats=story.clock[[bar.beat for bar in bars_of(story.cue)]],
        hits=_hits_of(story),
        caption=caption,
        caption_text=rows[0],
    )


def _energy_of_looks(looks: NDArray[np.float32], story: Story) -> NDArray[np.float32]:
    """Energy of what was seen; none where nothing was."""
    cuts = np.array([cut.frame / story.rate for cut in story.cuts])
    known = looks.any(axis=1)
    return picture_energy(looks[:, LOOKS.index("motion")], cuts) * known


def _hits_of(story: Story) -> NDArray[np.float64]:
    """Seconds and strength of every hit, (H, 2)."""
    beats = np.array(list(story.cue.hits), np.float64) / 2
    times = np.interp(beats, np.arange(len(story.clock)), story.clock)
    return np.stack([times, np.array(list(story.cue.hits.values()), np.float64)], axis=1)


def transitions_of(story: Story) -> Transitions:
    """The cuts of a story, with the truth about their hits; accents are unknown until there is sound."""
    times = np.array([cut.frame / story.rate for cut in story.cuts])
    return Transitions(
        time=times,
        kind=tuple("dissolve" if cut.dissolve else "cut" for cut in story.cuts),
        duration=np.array([cut.dissolve / story.rate for cut in story.cuts]),
        offset=nearest_beats(times, story.clock[:-1]),
        accent=np.full(len(times), np.nan, np.float32),
        hit=np.array([cut.hit for cut in story.cuts], np.float32),
    )


def with_truth(pair: Pair, story: Story, piece: Piece) -> Pair:
    """The pair with the notes that were written."""
    return replace(pair, truth=Truth(piece.cue, piece.notes, story.clock))


def with_sound(pair: Pair, piece: Piece, story: Story, *, seed: int) -> Pair:
    """The pair with its music played, and what is measured in it."""
    samples, rate, midi = play_music(piece, story, seed=seed)
    mono = samples.mean(axis=1)
    accent = accents_at(pair.transitions.time, rising_of(mono, rate))
    return replace(
        pair,
        transitions=replace(pair.transitions, accent=accent),
        music_energy=music_energy(mono, rate, len(pair.looks)),
        files={**pair.files, "flac": flac_of(samples, rate), "mid": midi},
    )


def with_film(pair: Pair, scenery: Scenery, folder: Path, *, rng: np.random.Generator) -> Pair:
    """The pair with its film rendered, written as ``KEY.mp4`` with its music and ``KEY.otio``, and looked at.

    Whoever makes pairs again overwrites their films. Words stay the director's.
    """
    from vem_plugin.dataset.build.looking import look_at
    from vem_timeline.new_timeline import write_timeline_of

    film = folder / f"{pair.key}.mp4"
    write_film(film, scenery, rng, pair.sound() if pair.has_sound else None)
    board = storyboard_of(scenery, film)
    film.with_suffix(".otio").unlink(missing_ok=True)
    write_timeline_of(board, film.with_suffix(".otio"))
    looked = look_at(board, text=text_encoder(), picture=picture_encoder())
    seen = looked.shots
    told = np.stack([pair.shots.told[:, 0], seen.told[:, 1], seen.told[:, 2]], axis=1)
    shots = replace(pair.shots, picture=seen.picture, cinematics=seen.cinematics, told=told)
    looks = looked.looks
    return replace(
        pair,
        shots=shots,
        surroundings=looked.surroundings,
        looks=looks,
        picture_energy=_energy_of_looks(looks, scenery.story),
    )
