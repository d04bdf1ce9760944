/**
 * What the double's own OpenTimelineIO export writes, in Premiere's dialect as far as it is known: file URLs that are
 * percent-encoded, `PremierePro_OTIO` metadata, markers of the sequence on the stack, the start timecode beside it.
 */

import type { Item, Marker } from "./project";
import type { Sequence } from "./sequence";
import type { ItemState, Track } from "./tracks";

const SECOND = 254_016_000_000;
const NAMES = ["GREEN", "RED", "MAGENTA", "ORANGE", "YELLOW", "BLUE", "CYAN"];

/** The text of the file. `colors` are the numbers of Premiere's marker colours in the order of its list. */
export function dialectOf(sequence: Sequence, colors: readonly number[]): string {
  const perFrame = Number(sequence.ticksPerFrame);
  const rate = SECOND / perFrame;
  const time = (ticks: bigint) => ({ OTIO_SCHEMA: "RationalTime.1", rate, value: Number(ticks) / perFrame });
  const range = (start: bigint, duration: bigint) => ({
    OTIO_SCHEMA: "TimeRange.1",
    start_time: time(start),
    duration: time(duration),
  });
  const plain = { effects: [], markers: [], enabled: true };

  const mediaOf = (source: Item | null) =>
    source === null || source.path === ""
      ? { OTIO_SCHEMA: "MissingReference.1", metadata: {}, name: "" }
      : {
          OTIO_SCHEMA: "ExternalReference.1",
          metadata: {},
          name: source.name,
          available_range: source.media ? range(0n, source.media.duration) : null,
          target_url: `file://${source.path.split("/").map(encodeURIComponent).join("/")}`,
        };
  const clipOf = (state: ItemState) => ({
    ...plain,
    OTIO_SCHEMA: "Clip.2",
    metadata: { PremierePro_OTIO: {} },
    name: state.name,
    enabled: !state.disabled,
    source_range: range(state.inPoint, state.end - state.start),
    media_references: { DEFAULT_MEDIA: mediaOf(state.source) },
    active_media_reference_key: "DEFAULT_MEDIA",
  });
  const childrenOf = (track: Track) => {
    const children: object[] = [];
    let reached = 0n;
    for (const { state } of [...track.clips].sort((one, other) => Number(one.state.start - other.state.start))) {
      const gap = { ...plain, OTIO_SCHEMA: "Gap.1", metadata: {}, name: "" };
      if (state.start > reached) children.push({ ...gap, source_range: range(0n, state.start - reached) });
      children.push(clipOf(state));
      reached = state.end;
    }
    return children;
  };
  const trackOf = (track: Track) => ({
    ...plain,
    OTIO_SCHEMA: "Track.1",
    metadata: { PremierePro_OTIO: {} },
    name: track.name,
    kind: track.kind === "video" ? "Video" : "Audio",
    source_range: null,
    children: childrenOf(track),
  });
  const markOf = (marker: Marker) => ({
    OTIO_SCHEMA: "Marker.2",
    metadata: {},
    name: marker.name,
    color: NAMES[colors.indexOf(marker.color)] ?? "GREEN",
    comment: marker.comments,
    marked_range: range(marker.start, marker.duration),
  });
  const document = {
    OTIO_SCHEMA: "Timeline.1",
    metadata: { PremierePro_OTIO: { MetadataVersion: "1.0" } },
    name: sequence.name,
    global_start_time: time(sequence.zeroPoint),
    tracks: {
      ...plain,
      OTIO_SCHEMA: "Stack.1",
      metadata: { PremierePro_OTIO: {} },
      name: "tracks",
      source_range: null,
      children: [...sequence.tracks("video"), ...sequence.tracks("audio")].map(trackOf),
      markers: sequence.markers.getMarkers().map(markOf),
    },
  };
  return JSON.stringify(document, null, 1);
}
