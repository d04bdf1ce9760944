// Cuts vem.sf3 out of MuseScore_General_Lite.sf3: the presets and keys of instruments.json and nothing else.
//
// Run once, when the list of instruments changes (Node 20 or newer; a Debian or Ubuntu machine for the source bank):
//
//   apt-get download musescore-general-soundfont-small && dpkg-deb -x musescore-general-soundfont-small_*.deb bank
//   npm install --no-save spessasynth_core@4.3.22
//   node build_bank.mjs bank/usr/share/sounds/sf3/MuseScore_General_Lite.sf3 vem.sf3
//   python -m vem_plugin.render.calibrate        # measures level and attack of every instrument again
//
// Samples stay in their Vorbis form, untouched: nothing is encoded twice.

import { readFileSync, writeFileSync } from "node:fs";
import { SoundBankLoader } from "spessasynth_core";

const [source, target] = process.argv.slice(2);
if (!target) throw new Error("usage: node build_bank.mjs SOURCE.sf3 TARGET.sf3");

const wanted = JSON.parse(readFileSync(new URL("instruments.json", import.meta.url), "utf8"));
const file = readFileSync(source);
const bank = SoundBankLoader.fromArrayBuffer(
    file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength)
);

function presetOf(name, { program, bank: number = 0, drum = false }) {
    const preset = bank.presets.find(
        (p) => p.program === program && p.isGMGSDrum === drum && (drum || p.bankMSB === number)
    );
    if (!preset) throw new Error(`${name}: the source bank has no such preset`);
    return preset;
}

// Keeps every n-th key zone of an instrument and stretches the kept ones over the keys of the dropped ones.
function thin(instrument, step, done) {
    if (done.has(instrument)) return;
    done.add(instrument);
    const groups = new Map();
    for (const zone of instrument.zones) {
        const key = `${zone.keyRange.min}-${zone.keyRange.max}`;
        groups.set(key, [...(groups.get(key) ?? []), zone]);
    }
    const sorted = [...groups.values()].sort((a, b) => a[0].keyRange.min - b[0].keyRange.min);
    const first = sorted[0][0].keyRange.min;
    const last = sorted.at(-1)[0].keyRange.max;
    const kept = sorted.filter((_, index) => index % step === Math.floor(step / 2));
    for (const zone of sorted.filter((group) => !kept.includes(group)).flat()) {
        instrument.deleteZone(instrument.zones.indexOf(zone), true);
    }
    kept.forEach((group, index) => {
        const next = kept[index + 1];
        const low = index === 0 ? first : kept[index - 1][0].keyRange.max + 1;
        const high = next ? Math.floor((group[0].keyRange.max + next[0].keyRange.min) / 2) : last;
        for (const zone of group) zone.keyRange = { min: low, max: high };
    });
}

const combinations = new Map();
const thinned = new Set();
const velocities = new Set(Array.from({ length: 127 }, (_, index) => index + 1));
for (const [name, choice] of Object.entries(wanted.instruments)) {
    const preset = presetOf(name, choice);
    if (choice.thin) for (const zone of preset.zones) thin(zone.instrument, choice.thin, thinned);
    const [low, high] = choice.keys ?? [0, 127];
    const keys = choice.drum
        ? wanted.drum_keys
        : Array.from({ length: high - low + 1 }, (_, index) => low + index);
    combinations.set(preset, new Map(keys.map((key) => [key, velocities])));
}
bank.trim(combinations);
bank.soundBankInfo.name = "VEM bank";
bank.soundBankInfo.comment = "Cut from MuseScore_General 0.2.1 (MIT, parts CC0 and public domain); see NOTICE.md.";
bank.soundBankInfo.creationDate = new Date(0);
writeFileSync(target, Buffer.from(await bank.writeSF2()));
console.log(`${target}: ${bank.presets.length} presets, ${bank.samples.length} samples`);
