// Uncompressed sound files, read in parts: a take of an hour plays as soon as its first two seconds are here.

import { bytesOf } from "../api/files";

export interface Wav {
  path: string;
  rate: number;
  channels: number;
  bits: number;
  float: boolean;
  /** First byte of the samples. */
  data: number;
  /** Samples a channel. */
  frames: number;
}

const HEAD = 16 * 1024; // bytes; a Broadcast WAV with a long description still begins its samples before
const EXTENSIBLE = 0xfffe;
const FLOAT = 3;

/** Read the head of a WAV file: the chunks before the samples. */
export async function readHead(path: string): Promise<Wav> {
  const view = new DataView(await bytesOf(path, 0, HEAD - 1));
  const name = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
  if (view.byteLength < 44 || name(8) !== "WAVE") throw new Error(`${path} is no WAV file.`);
  const wav: Wav = { path, rate: 0, channels: 0, bits: 0, float: false, data: 0, frames: 0 };
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === "fmt ") {
      const format = view.getUint16(at + 8, true);
      wav.channels = view.getUint16(at + 10, true);
      wav.rate = view.getUint32(at + 12, true);
      wav.bits = view.getUint16(at + 22, true);
      wav.float = (format === EXTENSIBLE ? view.getUint16(at + 32, true) : format) === FLOAT;
    }
    if (name(at) === "data") {
      wav.data = at + 8;
      wav.frames = Math.floor(size / (wav.channels * (wav.bits / 8)));
      return wav;
    }
    at += 8 + size + (size % 2);
  }
  throw new Error(`${path} holds no samples near its beginning.`);
}

/** Read frames `first` to `first + count` (cut at the end of the file). */
export async function readFrames(wav: Wav, first: number, count: number, signal: AbortSignal): Promise<AudioBuffer> {
  const frames = Math.min(count, wav.frames - first);
  const width = wav.channels * (wav.bits / 8);
  const begin = wav.data + first * width;
  const bytes = await bytesOf(wav.path, begin, begin + frames * width - 1, signal);
  return bufferOf(wav, new DataView(bytes), Math.floor(bytes.byteLength / width));
}

function bufferOf(wav: Wav, view: DataView, frames: number): AudioBuffer {
  const buffer = new AudioBuffer({ length: Math.max(1, frames), numberOfChannels: wav.channels, sampleRate: wav.rate });
  const sample = reader(wav, view);
  const step = wav.bits / 8;
  for (let channel = 0; channel < wav.channels; channel++) {
    const into = buffer.getChannelData(channel);
    for (let frame = 0, at = channel * step; frame < frames; frame++, at += step * wav.channels) into[frame] = sample(at);
  }
  return buffer;
}

function reader({ bits, float }: Wav, view: DataView): (at: number) => number {
  if (float) return (at) => view.getFloat32(at, true);
  if (bits === 16) return (at) => view.getInt16(at, true) / 0x8000;
  if (bits === 24) return (at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 0x800000;
  return (at) => view.getInt32(at, true) / 0x80000000;
}
