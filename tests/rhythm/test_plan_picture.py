"""The picture of a plan."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.picture import draw_plan
from vem_plugin.rhythm.plan import plan_beats
from vem_timeline.storyboard import Storyboard

MARKERS = ((100, 1, "Horn"), (150, 1, "ignore"), (400, 200, "mood: tense"), (700, 1, "drop"))


@pytest.fixture
def edit(make_edit) -> Storyboard:
    made = make_edit([100, 150, 210, 330, 400, 480, 560, 700, 760, 830, 900], 1000, MARKERS, 86_400)
    shots = [replace(shot, name=f"take ${shot.number} \n船 <&>") for shot in made.shots]
    shots[3] = replace(shots[3], kind="gap")
    transitions = list(made.transitions)
    transitions[5] = replace(transitions[5], kind="dissolve", duration=Fraction(1))
    return replace(made, name="Hafen & Meer $x$", shots=tuple(shots), transitions=tuple(transitions))


def drawn(edit: Storyboard, path: Path) -> Path:
    plan = plan_beats(constraints_of(edit), edit.duration, frame=edit.clock.frame_duration)
    return draw_plan(edit, plan, path)


def test_the_picture_of_six_eight_tells_its_metre_and_tempo(edit, tmp_path):
    plan = plan_beats(constraints_of(edit), edit.duration, frame=edit.clock.frame_duration, tempo=(140, 190), meter=6)
    path = draw_plan(edit, plan, tmp_path / "six.svg")
    text = " ".join(ElementTree.parse(path).getroot().itertext())
    assert f"6/8   ·   {float(plan.felt_bpm):.1f} dotted quarters a minute" in text
    assert "off-beat sixteenth" in text
    assert "eighth" not in text.replace("off-beat sixteenth", "")


def test_an_svg_says_what_an_editor_looks_for(edit, tmp_path):
    text = " ".join(ElementTree.parse(drawn(edit, tmp_path / "plan.svg")).getroot().itertext())
    for words in (
        "Hafen & Meer $x$",
        "00:00:41:16 long",
        "bpm",
        "01:00:04:04",
        "Horn",
        "mood: tense",
        "cut on a downbeat",
    ):
        assert words in text
    for number in range(1, 13):
        assert f" {number} " in text


def test_the_picture_grows_in_rows(edit, make_edit, tmp_path):
    import matplotlib.image

    short = matplotlib.image.imread(drawn(edit, tmp_path / "short.png"))
    long = matplotlib.image.imread(drawn(make_edit(list(range(40, 7200, 37)), 7200), tmp_path / "long.png"))
    assert short.shape[1] == long.shape[1] == 2304
    assert long.shape[0] > 1.6 * short.shape[0]
    assert short[..., :3].std() > 0.02  # something is drawn
    assert short[0, 0, :3].min() > 0.9  # on a light ground


def test_the_same_plan_is_the_same_picture(edit, tmp_path):
    assert drawn(edit, tmp_path / "a.png").read_bytes() == drawn(edit, tmp_path / "b.png").read_bytes()


def test_other_suffixes_and_missing_folders_are_refused(edit, tmp_path):
    with pytest.raises(SettingsError, match=r"\.pdf"):
        drawn(edit, tmp_path / "plan.pdf")
    with pytest.raises(RenderError, match=r"Cannot write plan\.png"):
        drawn(edit, tmp_path / "nowhere" / "plan.png")
    assert list(tmp_path.iterdir()) == []
