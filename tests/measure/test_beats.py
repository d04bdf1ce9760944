"""Hits and beats of known time are heard there, by their accent and their tempo, and not where it was only planned."""

from __future__ import annotations

import mir_eval
import numpy as np
import pytest
from numpy.typing import NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.measure.beats import heard_hit, listen, tapped_beats
from vem_plugin.measure.onsets import OnsetTrack, hear_samples

RATE = 48_000


def notes_at(times: NDArray[np.float64], *, seconds: float, loud: tuple[float, ...] = ()) -> NDArray[np.float32]:
    """Plucked notes of half a second in stereo; those at ``loud`` are four times as strong."""
    sound = np.zeros((round(seconds * RATE), 2), np.float32)
    for number, time in enumerate(times):
        t = np.arange(min(RATE // 2, len(sound) - round(time * RATE))) / RATE
        hertz = (220, 330, 440)[number % 3]
        tone = np.exp(-6 * t) * np.minimum(1, t / 0.002) * sum(np.sin(2 * np.pi * hertz * h * t) / h for h in (1, 2, 3))
        level = 0.4 if any(abs(time - one) < 1e-6 for one in loud) else 0.1
        sound[round(time * RATE) : round(time * RATE) + len(t)] += (level * tone * (1 - t / t[-1]))[:, None]
    return sound


def test_a_displaced_hit_is_heard_where_it_is() -> None:
    beats = np.arange(1, 19) * 0.5
    moved = beats.copy()
    moved[[3, 9]] += (0.07, -0.09)  # hits planned at 2 and 5 seconds
    heard = listen(notes_at(moved, seconds=10, loud=(2.07, 4.91)), RATE, hits=[2, 5, 7], beats=beats.tolist())
    offsets = [hit.offset for hit in heard.hits]
    np.testing.assert_allclose(offsets, [0.07, -0.09, 0.0], atol=0.006)  # pyright: ignore[reportArgumentType]
    assert [hit.in_time for hit in heard.hits] == [False, False, True]
    assert all(hit.confidence > 0.9 for hit in heard.hits)
    figures = heard.figures()
    assert figures["hits"]["within_40_ms"] == pytest.approx(1 / 3, abs=1e-3)
    assert figures["hits"]["worst_ms"] == pytest.approx(90, abs=6)
    assert figures["beats"]["median_ms"] < 5


def test_a_faint_onset_does_not_excuse_a_loud_one_and_of_two_alike_none_is_believed() -> None:
    def track(*onsets: tuple[float, float]) -> OnsetTrack:
        times, strengths = np.array(onsets).T
        return OnsetTrack(times, strengths, np.zeros(0), 2.0)

    loud = heard_hit(track((1.0, 0.5), (1.09, 6.0)), 1.0)
    assert loud.offset == pytest.approx(0.09)
    assert loud.confidence > 0.8
    assert heard_hit(track((0.93, 3.0), (1.07, 3.1)), 1.0).confidence < 0.55
    far = heard_hit(track((1.4, 9.0)), 1.0)
    assert far.offset is None
    assert far.confidence == 0


def test_taps_follow_a_tempo_that_changes_and_not_the_phase_of_the_plan() -> None:
    beats = 0.5 + np.cumsum(np.linspace(0.62, 0.46, 40))
    onsets = hear_samples(notes_at(beats, seconds=beats[-1] + 1), RATE)
    for shift in (0.0, 0.15):
        taps = tapped_beats(onsets, beats + shift)
        assert mir_eval.beat.f_measure(beats, taps, 0.02) > 0.95
    late = listen(notes_at(beats, seconds=beats[-1] + 1), RATE, beats=(beats - 0.1).tolist())
    assert np.median([beat.offset for beat in late.beats if beat.offset is not None]) == pytest.approx(0.1, abs=0.005)


def test_silence_has_no_hits_and_no_beats() -> None:
    heard = listen(np.zeros((3 * RATE, 2), np.float32), RATE, hits=[1.0], beats=[0.0, 1.0, 2.0])
    assert heard.hits[0].offset is None
    assert [beat.offset for beat in heard.beats] == [None] * 3
    assert heard.figures()["beats"]["median_ms"] is None
    assert heard.figures()["hits"]["within_40_ms"] == 0
    assert listen(np.zeros((RATE, 2), np.float32), RATE).figures()["hits"]["within_40_ms"] is None


@pytest.mark.parametrize(("hits", "beats"), [([1.0, 0.5], []), ([-1.0], []), ([float("nan")], []), ([], [0.5, 0.5])])
def test_times_that_make_no_sense_are_refused(hits: list[float], beats: list[float]) -> None:
    sound = notes_at(np.array([0.5]), seconds=2)
    with pytest.raises(SettingsError):
        listen(sound, RATE, hits=hits, beats=beats)
    with pytest.raises(SettingsError):
        listen(sound[:, 0], RATE)
