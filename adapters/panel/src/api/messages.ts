// The messages of server/PROTOCOL.md that the panel speaks, and the results it reads. Moments are seconds since 1970,
// spans seconds; a `Fraction` is exact seconds written "numerator/denominator".

export type Fraction = string;

export interface Problem {
  code: string;
  message: string;
  where: string;
  remedy: string;
}

export type JobKind =
  | "inspect" | "plan" | "score" | "rescore" | "reconform" | "lock" | "takes" | "thumbnails" | "peaks" | "measure";
export type JobStage = "queued" | "running" | "done" | "failed" | "cancelled";

export interface JobState {
  id: string;
  kind: JobKind;
  key: string;
  edit: string;
  state: JobStage;
  stage: string;
  fraction: number;
  seconds_left: number | null;
  note: string;
  warnings: string[];
  result: unknown;
  error: Problem | null;
  created: number;
  started: number | null;
  ended: number | null;
}

export interface DaemonState {
  version: string;
  instance: string;
  shutting_down: boolean;
  roots: string[];
  workers: { models: string; queued: number; running: number; device: string };
}

export type DaemonEvent =
  | { kind: "job_event"; job: JobState }
  | { kind: "daemon_event"; daemon: DaemonState }
  | { kind: "welcome" }
  | { kind: "beat" };

/** What a job request carries besides `kind`, `id` and `key`. */
export type Work =
  | { kind: "inspect"; edit: string }
  | { kind: "plan"; edit: string; style?: string; out?: string }
  | ({ kind: "score"; edit: string } & ScoreWishes)
  | { kind: "rescore"; edit: string; shots: number[]; brief?: string; style?: string; energy?: number; seed?: number }
  | { kind: "lock"; edit: string; shots: number[]; locked: boolean }
  | { kind: "takes"; edit: string; action: "list" | "show" | "pick" | "delete" | "undo"; take?: string }
  | { kind: "thumbnails"; edit: string; width: number }
  | { kind: "peaks"; edit: string; columns: number }
  | { kind: "measure"; edit: string };

export interface ScoreWishes {
  brief?: string;
  style?: string;
  tempo?: [number, number];
  metre?: 3 | 4 | 6;
  seed?: number;
  takes?: number;
  effects?: boolean;
}

export interface Choices {
  styles: string[];
}

export interface ShotRecord {
  number: number;
  name: string;
  kind: "picture" | "gap";
  start: Fraction;
  start_timecode: string;
  duration: Fraction;
  speed: Fraction;
  online: boolean;
  media_path: string | null;
  media_start: Fraction | null;
  still: boolean;
}

export interface Storyboard {
  name: string;
  rate: Fraction;
  drop_frame: boolean;
  start_timecode: string;
  duration: Fraction;
  shots: ShotRecord[];
  transitions: { time: Fraction; kind: string; into: number }[];
  markers: { time: Fraction; duration: Fraction; name: string; comment: string; color: string }[];
  speech: { start: Fraction; duration: Fraction }[];
  ignored: { what: string; where: string; why: string }[];
}

interface Wanted {
  label: string;
  kind: "cut" | "dissolve" | "hit" | "beat" | "downbeat" | "drop" | "stop" | "end";
  shot: number | null;
  time: Fraction;
  timecode: string;
}

export interface Landing extends Wanted {
  beat: number;
  place: string;
  on: "downbeat" | "beat" | "off-beat";
  offset_ms: number;
}

export interface Miss extends Wanted {
  offset_ms: number;
  reason: string;
}

export interface Plan {
  duration: Fraction;
  base_bpm: number;
  metre: string;
  tempo_map: { start: Fraction; end: Fraction; bpm: number }[];
  bars: { number: number; beat: number; beats: number }[];
  beat_times: number[];
  landings: Landing[];
  misses: Miss[];
  remarks: string[];
}

export interface Change {
  how: "rescored" | "reconformed";
  words: string;
  shots: number[];
  seed: number | null;
}

export interface ListedTake {
  name: string;
  take: string;
  held: boolean;
  from: string;
  folder: string;
  mix: string;
  seed: number;
  style: string;
  lufs: number | null;
  change: Change | null;
}

export interface Section {
  start: number;
  end: number;
  energy: [number, number];
  roles: string[];
  shots: number[];
  caption: string;
}

/** A take with everything there is to show of it (`takes` with action "show"). */
export interface FullTake {
  take: string;
  name: string;
  timeline: string;
  folder: string;
  edit: string;
  mix: string;
  /** For the editing program: passed on as they are. */
  markers: unknown[];
  stems: Record<string, string>;
  style: string;
  mode: string;
  seed: number;
  lufs: number | null;
  brief: string;
  locks: Record<string, string>;
  change: Change | null;
  remarks: string[];
  plan: Plan;
  sections: Section[];
  storyboard: Storyboard;
}

export interface ThumbnailsResult {
  thumbnails: { shot: number; seconds: number; path: string | null }[];
}

export interface PeaksResult {
  path: string;
  rate: number;
  samples: number;
  low: number[];
  high: number[];
}

export interface FolderListing {
  path: string | null;
  parent: string | null;
  folders: { name: string; path: string }[];
  edits: { name: string; path: string; scored?: boolean }[];
}
