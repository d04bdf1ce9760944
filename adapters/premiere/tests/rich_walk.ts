/** Prints the walk over a sequence with a dissolve, retimed, disabled and nested clips, for a test of what it reads as. */

import { openSequence } from "../src/sequence";
import { walkedSequence } from "../src/walk";
import { FRAME, scene } from "./scene";

const { premiere } = scene({ version: 25.6 });
const sequence = premiere.project.active!;
const at = (frame: number) => BigInt(frame) * FRAME.film;

premiere.lay("video", 0, at(240), at(288), { name: "fast", speed: 2 });
premiere.lay("video", 0, at(288), at(336), { name: "off", disabled: true });
premiere.lay("video", 0, at(336), at(360), { name: "nested" });
premiere.lay("video", 1, at(0), at(360), { name: "grade", adjustment: true });
premiere.lay("video", 1, at(96), at(106), { name: "Cross Dissolve" });
sequence.tracks("video")[0]!.transitions.push(sequence.tracks("video")[1]!.clips.pop()!);
premiere.mark("drop", at(300), { comment: "here", color: "RED" });
premiere.mark("BAR 3 · ab3f", at(48), { color: "BLUE" });

console.log(JSON.stringify(await walkedSequence(await openSequence(premiere.ppro))));
