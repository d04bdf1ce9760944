"""Wordings of the caption bank: editors' words for styles, moods, energies, roles, themes, metres, tempi and curves.

The wordings kept out of training are in ``held_out_words``.
"""

from __future__ import annotations

Wordings = dict[str, tuple[str, ...]]

STYLE_WORDS: Wordings = {
    "epic": (
        "epic cinematic music", "cinematic orchestra", "big film score", "heroic strings and horns",
        "majestic orchestral score", "soaring adventure theme", "grand choir and orchestra", "legendary fantasy score",
        "sweeping orchestral music", "epic orchestral anthem",
    ),
    "trailer": (
        "trailer music", "movie trailer cue", "teaser music with big hits", "braams and impacts", "hybrid trailer",
        "trailer build and drop", "blockbuster trailer", "game trailer music", "trailer suspense", "dark teaser",
    ),
    "action": (
        "action percussion", "action score", "night chase", "fight scene music", "driving action score",
        "relentless action cue", "car chase music", "taiko action music", "extreme sports score", "pursuit music",
    ),
    "emotional": (
        "emotional piano", "tender strings", "wedding film piano", "piano and strings", "sentimental film score",
        "heartfelt piano ballad", "moving cello and piano", "touching story", "love theme", "bittersweet strings",
    ),
    "documentary": (
        "documentary score", "documentary minimal", "minimal piano", "thoughtful underscore",
        "interview background music", "sparse documentary bed", "investigative marimba and strings",
        "nature documentary", "human interest underscore", "repeating minimalist figures",
    ),
    "corporate": (
        "corporate background music", "warm corporate", "inspiring corporate", "product film music",
        "motivational piano", "company presentation track", "muted guitar and bells", "explainer video music",
        "business success music", "clean technology bed",
    ),
    "pop": (
        "upbeat pop", "feel-good pop track", "summer pop", "catchy pop groove", "sunny guitars and claps",
        "radio pop", "dance pop", "bright indie pop", "fashion pop", "commercial pop song without words",
    ),
    "folk": (
        "indie folk", "acoustic folk", "acoustic guitar", "country strumming", "fingerpicked guitar",
        "folk band with fiddle", "road trip guitars", "rustic ballad", "mandolin and guitar", "organic acoustic music",
    ),
    "lofi": (
        "lofi hip hop", "lo-fi beats", "chill beats", "laid-back jazzy groove", "mellow electric piano",
        "chillhop", "dusty electric piano", "vlog beat", "coffee shop groove", "late night lofi",
    ),
    "ambient": (
        "ambient pads", "atmospheric soundscape", "drone music", "dreamy texture", "meditation music",
        "drifting synth pads", "spacious ambience", "ambient underscore", "soft evolving pads", "spa music",
    ),
    "tense": (
        "suspense score", "dark tension", "tension underscore", "horror underscore", "ominous drone and strings",
        "scary strings", "creeping dread", "uneasy tremolo strings", "eerie atmosphere", "dark suspense bed",
    ),
    "thriller": (
        "thriller pulse", "thriller music", "crime thriller", "ticking clock pulse", "heist music",
        "pulsing synth bass and strings", "spy thriller", "countdown music", "detective pulse", "police drama pulse",
    ),
    "electronic": (
        "electronic dance music", "house track", "club track", "techno beat", "modern electronic",
        "four on the floor", "edm drop", "deep house groove", "synth groove", "electronic sports track",
    ),
    "synthwave": (
        "synthwave", "synthwave, neon 80s", "retro synths", "eighties synth score", "outrun night drive",
        "analogue synth arpeggios", "retrowave", "80s neon pulse", "vintage synth pop", "midnight synths",
    ),
    "playful": (
        "playful pizzicato", "quirky comedy music", "light bouncy tune", "cheeky plucking", "sneaky comedy music",
        "children's tune", "comedy underscore", "whimsical woodwinds", "silly pizzicato", "light-hearted marimba",
    ),
}  # fmt: skip
SCENES: Wordings = {
    "epic": ("mountains and heroes", "the final battle", "victory of the team", "a grand landscape from the air"),
    "trailer": ("teaser for a film", "announcement of a game", "coming soon", "title reveal after a build"),
    "action": ("cars racing through the city", "running for their lives", "a fight on the roof", "motocross jumps"),
    "emotional": ("a wedding", "saying goodbye", "a reunion after years", "memories of grandmother"),
    "documentary": ("an interview about work", "how it is made", "archive pictures", "scientists in the field"),
    "corporate": ("a product on white", "our team at work", "company values", "launch of an app"),
    "pop": ("a day at the beach with friends", "a fashion clip", "summer holiday highlights", "a cheerful commercial"),
    "folk": ("a road trip in a van", "life on the farm", "campfire with friends", "handmade in a workshop"),
    "lofi": ("a morning vlog", "studying in the rain", "coffee and a book", "city lights at night, relaxed"),
    "ambient": ("mist over a lake", "stars and galaxies", "waves at dawn", "underwater"),
    "tense": ("someone is in the house", "an empty corridor", "before the storm", "a secret in the woods"),
    "thriller": ("hackers against the clock", "the detective follows a lead", "the heist begins", "a bomb is ticking"),
    "electronic": ("a night at the club", "gym workout", "festival crowd", "futuristic technology"),
    "synthwave": ("neon streets of the eighties", "night drive with retro lights", "arcade games", "vhs memories"),
    "playful": ("a clumsy cat", "cooking with children", "a practical joke", "cartoon animals"),
}
"""What pictures a style is wanted for."""
MOODS: Wordings = {
    "urgent": ("urgent", "under pressure", "hectic", "breathless", "frantic"),
    "uneasy": ("uneasy", "suspenseful", "creepy", "nervous", "tense"),
    "joyful": ("happy", "uplifting", "triumphant", "joyful", "bright and excited"),
    "warm": ("warm", "hopeful", "friendly", "feel-good", "optimistic"),
    "peaceful": ("peaceful", "tender", "calm", "gentle", "relaxed"),
    "fierce": ("fierce", "aggressive", "powerful", "dark and driving", "angry"),
    "dark": ("dark", "serious", "moody", "dramatic", "gritty"),
    "sad": ("sad", "lonely", "melancholic", "sombre", "sorrowful"),
    "bold": ("bold", "confident", "determined", "cool", "stylish"),
    "pensive": ("pensive", "reflective", "neutral", "mysterious", "curious"),
    "floating": ("floating", "spacious", "quietly curious", "dreamy", "airy"),
}
ENERGIES: Wordings = {
    "still": ("very quiet", "almost still", "bare", "hardly anything"),
    "low": ("low energy", "soft", "sparse", "smaller", "quiet"),
    "middle": ("medium energy", "steady", "moving along", "moderate"),
    "high": ("high energy", "full and loud", "intense", "bigger", "everything up"),
    "building": ("building up", "rising", "growing", "build to the next scene"),
    "settling": ("settling down", "falling back", "getting quieter", "winding down a little"),
}
ROLE_WORDS: Wordings = {
    "no drums": ("no drums", "without percussion", "drums out", "no beat"),
    "no bass": ("no bass", "without bass", "bass out"),
    "no melody": ("no melody", "leave room for the voice", "no lead, just a bed", "under dialogue"),
    "no counter": ("no arpeggio", "without a counter-line", "no ostinato"),
    "drums": ("with drums", "with a beat", "drums in"),
    "melody": ("with a melody", "with a tune", "melody on top"),
    "bass": ("with bass", "bass in"),
    "counter": ("with an arpeggio", "with a counter-line", "with moving figures"),
    "everyone": ("full band", "everything playing", "all instruments"),
    "chords only": ("only chords", "just pads", "only piano", "chords alone"),
}
THEMES: Wordings = {
    "again": ("the same theme", "the theme again", "the theme returns"),
    "smaller": ("the same theme, smaller", "the theme again, quieter", "a small reprise of the theme"),
    "bigger": ("the same theme, bigger", "the theme returns in full", "the theme again, with everyone"),
    "other": ("another theme", "something new", "a contrasting part"),
}
METRES_SAID: Wordings = {
    "3": ("a waltz", "in three", "3/4", "waltz time"),
    "6": ("6/8", "a lilting 6/8", "rocking in six", "6/8 lilt"),
}
TEMPI_SAID: Wordings = {
    "slow": ("slow", "unhurried", "slow tempo"),
    "walking": ("mid-tempo", "walking pace"),
    "fast": ("fast", "up-tempo", "quick"),
}
CURVES: Wordings = {
    "builds": ("builds to the end", "starts small and grows", "big finish", "builds to the last shot"),
    "settles": ("calms down at the end", "starts big and fades down", "quiet ending", "dies away"),
    "arc": ("peaks in the middle", "rises and falls", "climbs and comes back down"),
    "steady": ("steady throughout", "even and constant", "one level all through"),
    "waves": ("goes up and down", "changes a lot", "loud and quiet in turn"),
}
TAUGHT_WORDS: dict[str, Wordings] = {
    "style": STYLE_WORDS,
    "scene": SCENES,
    "mood": MOODS,
    "energy": ENERGIES,
    "roles": ROLE_WORDS,
    "theme": THEMES,
    "metre": METRES_SAID,
    "tempo": TEMPI_SAID,
    "curve": CURVES,
}
"""All of them by the slot of a template that they fill, and by what they say there."""
TEMPLATES = (
    "{style}", "{scene}", "{mood}", "{energy}", "{roles}", "{theme}", "{metre}",
    "{mood} {style}", "{mood}, {scene}", "{mood}, {energy}", "{mood}, {roles}", "{mood}, {theme}",
    "{style}, {energy}", "{style}, {roles}", "{scene}, {energy}", "{energy}, {roles}", "{theme}, {energy}",
    "{theme}, {roles}", "{mood} {style}, {energy}",
)  # fmt: skip
CUE_TEMPLATES = (
    "{style}", "{scene}", "{mood} {style}", "{mood}, {scene}", "{curve}", "{style}, {curve}", "{mood}, {curve}",
    "{scene}, {curve}", "{style}, {energy}", "{mood}, {energy}", "{tempo} {style}", "{tempo}, {mood}",
    "{style}, {metre}", "{mood}, {metre}",
)  # fmt: skip
