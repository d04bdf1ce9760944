"""Wordings of the caption bank: editors' words for styles, moods, energies, roles and curves."""

from __future__ import annotations

STYLE_WORDS: dict[str, tuple[str, ...]] = {
    "epic": ("epic trailer music", "cinematic orchestra", "big film score", "heroic strings and drums"),
    "ambient": ("ambient pads", "atmospheric soundscape", "slow drone music", "dreamy texture"),
    "corporate": ("corporate background music", "inspiring pop", "product film music", "motivational piano"),
    "lofi": ("lofi hip hop", "chill beats", "laid-back jazzy groove", "mellow keys and beats"),
    "tense": ("suspense score", "thriller music", "tension underscore", "ominous pulse"),
    "electronic": ("electronic dance track", "synth groove", "techno beat", "modern electronic"),
    "folk": ("acoustic folk", "acoustic guitar", "country strumming", "indie folk"),
    "playful": ("playful pizzicato", "quirky comedy music", "light bouncy tune", "cheeky plucked strings"),
}
MOODS: dict[str, tuple[str, ...]] = {
    "urgent": ("urgent", "tense", "chase", "under pressure"),
    "uneasy": ("uneasy", "suspenseful", "creepy", "nervous"),
    "joyful": ("happy", "uplifting", "triumphant", "joyful"),
    "warm": ("warm", "hopeful", "friendly", "feel-good"),
    "peaceful": ("peaceful", "tender", "calm", "gentle"),
    "fierce": ("fierce", "aggressive", "powerful", "dark and driving"),
    "dark": ("dark", "serious", "moody", "dramatic"),
    "sad": ("sad", "lonely", "melancholic", "sombre"),
    "bold": ("bold", "confident", "determined", "cool"),
    "pensive": ("pensive", "reflective", "neutral", "mysterious"),
    "floating": ("floating", "spacious", "quietly curious", "dreamy"),
}
ENERGIES: dict[str, tuple[str, ...]] = {
    "still": ("very quiet", "almost still", "bare"),
    "low": ("low energy", "soft", "sparse and slow"),
    "middle": ("medium energy", "steady", "moving along"),
    "high": ("high energy", "full and loud", "intense"),
    "building": ("building up", "rising", "growing"),
}
ROLE_WORDS: dict[str, tuple[str, ...]] = {
    "no drums": ("no drums", "without percussion"),
    "no bass": ("no bass",),
    "no melody": ("no melody", "leave room for the voice"),
    "drums": ("with drums", "with a beat"),
    "melody": ("with a melody", "with a tune"),
    "bass": ("with bass",),
    "everyone": ("full band", "everything playing"),
    "chords only": ("only chords", "just pads"),
}
CURVES: dict[str, tuple[str, ...]] = {
    "builds": ("builds to the end", "starts small and grows", "big finish"),
    "settles": ("calms down at the end", "starts big and fades down", "quiet ending"),
    "arc": ("peaks in the middle", "rises and falls"),
    "steady": ("steady throughout", "even and constant"),
    "waves": ("goes up and down", "changes a lot"),
}
CUE_TEMPLATES = (
    "{style}",
    "{mood} {style}",
    "{curve}",
    "{style}, {curve}",
    "{mood}, {curve}",
    "{energy} {style}",
    "{mood}, {energy}",
)

HELD_OUT_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "style": {
        "epic": ("blockbuster score",),
        "ambient": ("ethereal sound bed",),
        "corporate": ("company image film track",),
        "lofi": ("study beats",),
        "tense": ("crime drama cue",),
        "electronic": ("club track",),
        "folk": ("campfire guitar music",),
        "playful": ("cartoon music",),
    },
    "mood": {
        "urgent": ("racing against time",),
        "uneasy": ("something is wrong",),
        "joyful": ("celebration",),
        "warm": ("good-hearted",),
        "peaceful": ("serene",),
        "fierce": ("battle",),
        "dark": ("gloomy",),
        "sad": ("heartbroken",),
        "bold": ("self-assured",),
        "pensive": ("thoughtful",),
        "floating": ("weightless",),
    },
    "energy": {
        "still": ("barely there",),
        "low": ("restrained",),
        "middle": ("at an easy pace",),
        "high": ("at full tilt",),
        "building": ("gathering strength",),
    },
    "roles": {
        "no drums": ("drop the drums",),
        "no bass": ("nothing low",),
        "no melody": ("keep the lead out",),
        "drums": ("give it rhythm",),
        "melody": ("let it sing",),
        "bass": ("with some low end",),
        "everyone": ("the whole ensemble",),
        "chords only": ("harmony alone",),
    },
    "curve": {
        "builds": ("ends on a high",),
        "settles": ("winds down",),
        "arc": ("climax halfway",),
        "steady": ("stays the same",),
        "waves": ("full of contrasts",),
    },
}
HELD_OUT_TEMPLATES = (
    "I want {mood} here: {style}",
    "think {style}",
    "this part feels like {mood}",
    "music: {energy}, {roles}",
    "{mood} and {energy} please",
)
HELD_OUT_CUE_TEMPLATES = ("a film with {style} that {curve}", "score it {mood}, {energy}", "think {style}")
