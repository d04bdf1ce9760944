"""What people say who mean a style: its names, and sentences for the text encoder."""

from __future__ import annotations

NAMED_STYLES: dict[str, str] = {
    "epic": r"epic|orchestral anthem|heroic orchestra\w*",
    "trailer": r"trailers?|teasers?|braams?|promo with (?:big )?hits",
    "action": r"action|action percussion|(?:car|night|police|motorbike) chase|fight scene",
    "emotional": r"emotional|tear-?jerker|sentimental|heartfelt|piano and strings|strings and piano",
    "documentary": r"documentary|docu|reportage",
    "corporate": r"corporate",
    "pop": r"pop|jingle",
    "folk": r"folk|acoustic|country music|bluegrass|americana|fiddle|banjo",
    "lofi": r"lo-?\s?fi|chillhop|boom bap",
    "ambient": r"ambient|drones?(?! (?:shot|flight|race|footage))|soundscapes?",
    "tense": r"suspense|horror|ominous|creepy",
    "thriller": r"thriller|heist|spy|espionage|ticking",
    "electronic": r"electronic|electro|techno|house (?:music|beat|track)|deep house|edm|dance music|clubby?",
    "synthwave": r"synthwave|retrowave|outrun|eighties|80s|198\d",
    "playful": r"playful|quirky|comedy|comedic|pizzicato|slapstick|whimsical|cartoon",
}
"""Words that name a style outright, as regular expressions."""

STYLE_SENTENCES: dict[str, tuple[str, ...]] = {
    "epic": (
        "epic cinematic orchestra with choir and big drums",
        "heroic and majestic orchestral music, glory and victory",
        "mountains from above, a grand landscape, awe",
        "kings, armies and battles, fantasy and history",
        "a great triumph, monumental and noble",
    ),
    "trailer": (
        "movie trailer music with big hits, impacts and risers",
        "teaser, title reveal, hits on black, silence, then everything at once",
        "announcement of a film or game, coming soon",
        "a promo that starts small and explodes",
    ),
    "action": (
        "action music with hard percussion, fast and aggressive",
        "a car chase, motorbikes, running and jumping",
        "a fight, boxing, punches, stunts and explosions",
        "extreme sports, rally, mountain bikes, adrenaline",
        "relentless pursuit with drums",
    ),
    "emotional": (
        "emotional piano and strings, moving and tender",
        "wedding film, bride and groom, love and tears",
        "a farewell, grief, loss, memories of someone we loved",
        "a reunion, a soldier comes home, a mother and her child",
        "a touching story with an intimate piano",
        "sentimental music for an anniversary, growing old together",
    ),
    "documentary": (
        "documentary underscore, minimal and neutral, observing",
        "background for an interview, unobtrusive and thoughtful",
        "how things are made, curiosity, research, archive pictures",
        "journalism, social issues, sober and respectful",
        "nature and science film, contemplative and inquisitive",
    ),
    "corporate": (
        "inspiring corporate music for a company, motivating and optimistic",
        "product presentation, modern, clean and positive",
        "technology, finance, teamwork, success, business",
        "explainer video, software, tutorial, light background",
        "professional and trustworthy, recruiting, employees, customers",
    ),
    "pop": (
        "upbeat pop, catchy, happy, claps and guitars",
        "summer, beach, friends, party, holiday highlights",
        "colourful commercial for clothes, cosmetics, drinks or sweets",
        "a fashion clip, dancing, good vibes, social media",
    ),
    "folk": (
        "indie folk with acoustic guitar, banjo and stomps",
        "a road trip in a van, hiking, campfire, outdoors",
        "farm, countryside, family, honest and earthy",
        "handmade, craft, workshop, wood",
        "rustic and warm with ukulele, mandolin and fiddle",
    ),
    "lofi": (
        "lofi hip hop beats, chill, mellow, jazzy",
        "a relaxed vlog, morning routine, sleepy sunday",
        "studying, reading, coffee, a desk, rain on the window",
        "laid-back beat, late evening in the city, nostalgic vinyl crackle",
    ),
    "ambient": (
        "ambient pads, slow and weightless, no beat",
        "meditation, yoga, breathing, sleep, spa",
        "stars, galaxies, space, the universe, time-lapse of the sky",
        "waves, mist, underwater, silence of nature, drifting",
        "abstract textures and drones for an art installation",
    ),
    "tense": (
        "dark suspense, ominous drone and eerie strings",
        "horror, fear, someone is in the house, a shadow, a ghost",
        "dread, paranoia, a murder, a missing person",
        "creepy abandoned place, something is wrong",
    ),
    "thriller": (
        "thriller pulse, a ticking clock, pulsing bass and strings",
        "detectives, spies, secret agents, investigation, surveillance",
        "a heist, hackers, a bomb, seconds left, a countdown",
        "political pressure, conspiracy, a deadline, nervous",
    ),
    "electronic": (
        "electronic dance music, house and techno with a driving kick",
        "nightclub, festival, dj, crowd, big drop",
        "gym workout, fitness, e-sports, energetic and pumping",
        "futuristic technology, robots, virtual reality, lasers",
        "cool minimal techno for architecture and runways",
    ),
    "synthwave": (
        "synthwave, neon eighties, retro analogue synthesizers",
        "night drive in a sports car, neon lights, palm trees, sunset",
        "vhs, arcade games, old computers, nostalgia for the 1980s",
        "arpeggiated synths and a drum machine",
    ),
    "playful": (
        "playful pizzicato, funny, quirky, light-hearted comedy",
        "cute puppies, cats and pets, clumsy and cheeky",
        "children, toddlers, cartoon, toys",
        "sneaky tiptoe music, a prank, mischief, silly and bouncy",
        "bloopers and fails, slapstick",
    ),
}
"""Each says one side of what a style is wanted for."""
