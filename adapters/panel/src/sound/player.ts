// Plays several files as one, locked to the sample: takes A and B, or all their stems, run side by side and only their
// levels differ. That is why switching between them has no gap, and why muting a stem moves nothing.

import { signal } from "@preact/signals";
import { type Wav, readFrames, readHead } from "./wav";

const PART = 2; // seconds that are fetched and scheduled at once
const AHEAD = 6; // seconds that are scheduled in advance
const LEAD = 0.05; // seconds from asking to sounding, so that all files start together
const FADE = 0.006; // seconds; time constant of a change of level: no click, no gap
const KEPT = 120; // parts kept decoded

interface Voice {
  gain: GainNode;
  wav: Promise<Wav>;
  sources: Set<AudioBufferSourceNode>;
  /** Next part to schedule. */
  next: number;
  busy: boolean;
  level: number;
}

export class Player {
  /** Whether it plays, or will as soon as its first part is here. */
  readonly playing = signal(false);
  /** Set when a file could not be read; what plays goes on. */
  readonly trouble = signal<unknown>(null);
  duration = 0;
  loop: [number, number] | null = null;

  private context: AudioContext | null = null;
  private out: GainNode | null = null;
  private readonly voices = new Map<string, Voice>();
  private readonly parts = new Map<string, Promise<AudioBuffer>>();
  private sounding = false;
  private position = 0; // seconds, while nothing sounds
  private base = 0; // context time of second 0 of the timeline
  private run = 0; // counts starts and stops: what was asked for before is then void
  private aborter = new AbortController();
  private timer = 0;
  private volume = 1;

  /** Seconds from the first frame, as heard now. */
  get time(): number {
    if (!this.sounding || !this.context) return this.position;
    const heard = this.context.currentTime - this.base - (this.context.outputLatency || 0);
    return Math.max(this.position, Math.min(heard, this.duration));
  }

  /** Levels (0 to 1) by path: what is named plays along, silent or not; what is not named goes. */
  mix(levels: ReadonlyMap<string, number>): void {
    for (const [path, voice] of this.voices) if (!levels.has(path)) this.drop(path, voice);
    for (const [path, level] of levels) {
      const voice = this.voices.get(path) ?? this.add(path);
      voice.level = level;
      this.context && voice.gain.gain.setTargetAtTime(level, this.context.currentTime, FADE);
    }
    if (this.sounding) this.pump();
  }

  setVolume(volume: number): void {
    this.volume = volume;
    if (this.out && this.context) this.out.gain.setTargetAtTime(volume ** 2, this.context.currentTime, FADE);
  }

  async play(): Promise<void> {
    if (this.playing.value) return;
    if (this.position >= this.duration - 0.02) this.position = this.loop?.[0] ?? 0;
    this.playing.value = true;
    await this.begin();
  }

  pause(): void {
    this.position = this.time;
    this.stop();
    this.playing.value = false;
  }

  seek(seconds: number): void {
    this.stop();
    this.position = Math.min(Math.max(0, seconds), this.duration);
    if (this.playing.value) void this.begin();
  }

  /** Sound from `position` on, once its first part is here. */
  private async begin(): Promise<void> {
    const context = this.open();
    const run = ++this.run;
    await context.resume();
    const audible = [...this.voices.values()].filter((voice) => voice.level > 0);
    await Promise.all(audible.map((voice) => this.part(voice, this.partAt(this.position)).catch(() => null)));
    if (run !== this.run) return;
    this.base = context.currentTime + LEAD - this.position;
    for (const voice of this.voices.values()) voice.next = this.partAt(this.position);
    this.sounding = true;
    this.pump();
    this.timer = window.setInterval(() => this.tick(), 100);
  }

  private stop(): void {
    this.run++;
    this.sounding = false;
    window.clearInterval(this.timer);
    for (const voice of this.voices.values()) this.silence(voice);
  }

  private tick(): void {
    const now = this.time;
    if (this.loop && now >= this.loop[1]) return this.seek(this.loop[0]);
    if (now >= this.duration) {
      this.stop();
      this.position = this.duration;
      this.playing.value = false;
      return;
    }
    this.pump();
  }

  private open(): AudioContext {
    if (this.context && this.out) return this.context;
    this.context = new AudioContext({ sampleRate: 48000, latencyHint: "interactive" });
    this.out = new GainNode(this.context, { gain: this.volume ** 2 });
    this.out.connect(this.context.destination);
    for (const voice of this.voices.values()) {
      voice.gain = new GainNode(this.context, { gain: voice.level });
      voice.gain.connect(this.out);
    }
    return this.context;
  }

  private add(path: string): Voice {
    const wav = readHead(path);
    wav.catch((error: unknown) => (this.trouble.value = error));
    const voice: Voice = { gain: null as never, wav, sources: new Set(), next: 0, busy: false, level: 0 };
    if (this.context && this.out) {
      voice.gain = new GainNode(this.context, { gain: 0 });
      voice.gain.connect(this.out);
    }
    if (this.sounding) voice.next = this.partAt(this.time);
    this.voices.set(path, voice);
    return voice;
  }

  private drop(path: string, voice: Voice): void {
    this.voices.delete(path);
    if (!this.context) return;
    voice.gain.gain.setTargetAtTime(0, this.context.currentTime, FADE);
    window.setTimeout(() => this.silence(voice), 20 * FADE * 1000);
  }

  private silence(voice: Voice): void {
    for (const source of voice.sources) source.stop();
    voice.sources.clear();
  }

  private partAt(seconds: number): number {
    return Math.floor(seconds / PART);
  }

  private pump(): void {
    for (const voice of this.voices.values()) void this.schedule(voice);
  }

  /** Schedule a voice's parts until enough lie ahead. One at a time, so that they arrive in order. */
  private async schedule(voice: Voice): Promise<void> {
    if (voice.busy) return;
    voice.busy = true;
    const run = this.run;
    try {
      while (run === this.run && voice.next * PART < Math.min(this.time + AHEAD, this.duration)) {
        const index = voice.next;
        const wav = await voice.wav;
        if (index * PART * wav.rate >= wav.frames) break;
        const buffer = await this.part(voice, index);
        if (run !== this.run) break;
        this.sound(voice, buffer, this.base + index * PART);
        voice.next = index + 1;
      }
    } catch (error) {
      if (run === this.run) this.trouble.value = error;
    } finally {
      voice.busy = false;
    }
    if (run !== this.run && this.sounding) void this.schedule(voice);
  }

  private sound(voice: Voice, buffer: AudioBuffer, when: number): void {
    const context = this.context as AudioContext;
    const late = Math.max(0, context.currentTime + 0.005 - when);
    if (late >= buffer.duration) return;
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(voice.gain);
    source.start(when + late, late);
    voice.sources.add(source);
    source.onended = () => voice.sources.delete(source);
  }

  private async part(voice: Voice, index: number): Promise<AudioBuffer> {
    const wav = await voice.wav;
    const key = `${wav.path}#${index}`;
    const known = this.parts.get(key);
    if (known) return known;
    const length = PART * wav.rate;
    const fetched = readFrames(wav, index * length, length, this.aborter.signal);
    this.parts.set(key, fetched);
    fetched.catch(() => this.parts.delete(key));
    const oldest = this.parts.keys().next().value;
    if (this.parts.size > KEPT && oldest !== undefined) this.parts.delete(oldest);
    return fetched;
  }
}
