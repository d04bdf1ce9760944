// Times: exact fractions from the daemon become float seconds here, once; timecodes count as editors do.

import type { Fraction, Storyboard } from "../api/messages";

export function secondsOf(exact: Fraction): number {
  const [numerator, denominator = "1"] = exact.split("/");
  return Number(numerator) / Number(denominator);
}

/** Turns seconds from the first frame into timecode. */
export class Clock {
  readonly rate: number;
  private readonly nominal: number;
  private readonly first: number;

  constructor(private readonly board: Pick<Storyboard, "rate" | "drop_frame" | "start_timecode">) {
    this.rate = secondsOf(board.rate);
    this.nominal = Math.round(this.rate);
    this.first = this.frameOf(board.start_timecode);
  }

  /** Number of the frame seen at a time, from the first one. */
  frameAt(seconds: number): number {
    return Math.floor(seconds * this.rate + 1e-4);
  }

  timecode(seconds: number): string {
    let frame = this.frameAt(seconds) + this.first;
    if (this.board.drop_frame) frame += this.droppedBefore(frame);
    const part = (value: number) => String(Math.floor(value)).padStart(2, "0");
    const whole = Math.floor(frame / this.nominal);
    const mark = this.board.drop_frame ? ";" : ":";
    return `${part(whole / 3600)}:${part((whole / 60) % 60)}:${part(whole % 60)}${mark}${part(frame % this.nominal)}`;
  }

  /** Numbers that drop-frame counting leaves out up to a real frame: the first ones of each minute but every tenth. */
  private droppedBefore(frame: number): number {
    const drop = Math.round(this.nominal / 15);
    const perTen = this.nominal * 600 - drop * 9;
    const perMinute = this.nominal * 60 - drop;
    const within = frame % perTen;
    const minutes = within < this.nominal * 60 ? 0 : 1 + Math.floor((within - this.nominal * 60) / perMinute);
    return drop * (9 * Math.floor(frame / perTen) + minutes);
  }

  private frameOf(timecode: string): number {
    const [hours = 0, minutes = 0, seconds = 0, frames = 0] = timecode.split(/[:;.]/).map(Number);
    const shown = ((hours * 60 + minutes) * 60 + seconds) * this.nominal + frames;
    if (!this.board.drop_frame) return shown;
    const passed = hours * 60 + minutes;
    return shown - Math.round(this.nominal / 15) * (passed - Math.floor(passed / 10));
  }
}

/** A span for people: "8 s", "2 min 05 s". */
export function spanInWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** Time left, as vaguely as it is known: "a few seconds left", "about 40 s left". */
export function leftInWords(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds < 5) return "a few seconds left";
  const rounded = seconds < 60 ? Math.ceil(seconds / 5) * 5 : Math.ceil(seconds / 15) * 15;
  return `about ${spanInWords(rounded)} left`;
}
