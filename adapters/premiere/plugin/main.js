// Built from adapters/premiere/src by `npm run build`; do not edit.
"use strict";
(() => {
  var __require = /* @__PURE__ */ ((x) => typeof require !== "undefined" ? require : typeof Proxy !== "undefined" ? new Proxy(x, {
    get: (a, b) => (typeof require !== "undefined" ? require : a)[b]
  }) : x)(function(x) {
    if (typeof require !== "undefined") return require.apply(this, arguments);
    throw Error('Dynamic require of "' + x + '" is not supported');
  });

  // src/errors.ts
  var HostError = class extends Error {
    constructor(kind, message, remedy, where = "") {
      super(message);
      this.kind = kind;
      this.remedy = remedy;
      this.where = where;
      this.name = kind;
    }
  };
  function hostErrorOf(thrown) {
    if (thrown instanceof HostError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new HostError("HostRefused", `Premiere refused: ${message}`, "Save the project and try again.");
  }

  // src/ticks.ts
  var TICKS_PER_SECOND = 254016000000n;
  var FRACTION = /^(-?\d+)\/(\d+)$/;
  function ticksOf(time2) {
    if (typeof time2 === "number") {
      if (!Number.isFinite(time2)) throw new RangeError(`${time2} is no time.`);
      return BigInt(Math.round(time2 * 1e6)) * (TICKS_PER_SECOND / 1000000n);
    }
    const found = FRACTION.exec(time2);
    if (!found || BigInt(found[2]) === 0n) throw new RangeError(`"${time2}" is no time such as "1001/24000".`);
    return nearestQuotient(BigInt(found[1]) * TICKS_PER_SECOND, BigInt(found[2]));
  }
  function exactSeconds(ticks) {
    const shared = greatestDivisor(ticks < 0n ? -ticks : ticks, TICKS_PER_SECOND);
    return `${ticks / shared}/${TICKS_PER_SECOND / shared}`;
  }
  function secondsOf(ticks) {
    return Number(ticks / TICKS_PER_SECOND) + Number(ticks % TICKS_PER_SECOND) / Number(TICKS_PER_SECOND);
  }
  function frameOf(ticks, ticksPerFrame) {
    return nearestQuotient(ticks, ticksPerFrame);
  }
  function toFrame(ticks, ticksPerFrame) {
    return frameOf(ticks, ticksPerFrame) * ticksPerFrame;
  }
  function upToFrame(ticks, ticksPerFrame) {
    const frames = floorQuotient(ticks + ticksPerFrame - 1n, ticksPerFrame);
    return frames * ticksPerFrame;
  }
  function rateOf(ticksPerFrame) {
    const shared = greatestDivisor(TICKS_PER_SECOND, ticksPerFrame);
    return `${TICKS_PER_SECOND / shared}/${ticksPerFrame / shared}`;
  }
  function floorQuotient(numerator, denominator) {
    const quotient = numerator / denominator;
    return numerator % denominator < 0n ? quotient - 1n : quotient;
  }
  function nearestQuotient(numerator, denominator) {
    return floorQuotient(2n * numerator + denominator, 2n * denominator);
  }
  function greatestDivisor(a, b) {
    return b === 0n ? a : greatestDivisor(b, a % b);
  }

  // src/messages.ts
  function requestOf(data) {
    const fields = record(data, "the message");
    switch (fields["vem"]) {
      case "ready":
      case "export":
      case "marks":
      case "unmark":
      case "music":
      case "where":
        return { vem: fields["vem"] };
      case "place": {
        const [take, mix] = [text(fields, "take"), text(fields, "mix")];
        const name = fields["name"] === void 0 ? "VEM Music" : text(fields, "name");
        return { vem: "place", take, mix, name, markers: marks(fields["markers"] ?? []) };
      }
      case "mark":
        return { vem: "mark", take: text(fields, "take"), markers: marks(fields["markers"]) };
      case "move_mark":
        return { vem: "move_mark", key: text(fields, "key"), time: time(fields) };
      case "seek":
        return { vem: "seek", time: time(fields) };
      case "tell":
        return { vem: "tell", message: text(fields, "message") };
      default:
        throw malformed(`"vem": ${JSON.stringify(fields["vem"])}`);
    }
  }
  function idOf(data) {
    const id = typeof data === "object" && data !== null ? data["id"] : void 0;
    return typeof id === "string" ? id : void 0;
  }
  function marks(value) {
    if (!Array.isArray(value)) throw malformed('"markers"');
    return value.map((entry2) => {
      const fields = record(entry2, "a marker");
      const ofKind = fields["kind"] === "hit" ? "RED" : "BLUE";
      const color = fields["color"] === void 0 ? ofKind : text(fields, "color");
      const comment = fields["comment"] === void 0 ? "" : text(fields, "comment");
      return { time: time(fields), name: text(fields, "name"), color, comment };
    });
  }
  function record(value, what) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(what);
    return value;
  }
  function text(fields, name) {
    const value = fields[name];
    if (typeof value !== "string") throw malformed(`"${name}"`);
    return value;
  }
  function time(fields) {
    const value = fields["time"] ?? fields["seconds"];
    if (typeof value !== "string" && typeof value !== "number") throw malformed('"time"');
    try {
      ticksOf(value);
    } catch {
      throw malformed('"time"');
    }
    return value;
  }
  function malformed(what) {
    return new HostError("HostRefused", `The panel sent something unknown: ${what}.`, "Update VEM Music.");
  }

  // src/bridge.ts
  var Bridge = class {
    /** `origin` is that of the loaded page, such as "http://127.0.0.1:8765". */
    constructor(host2, page2, origin) {
      this.host = host2;
      this.page = page2;
      this.origin = origin;
      this.last = Promise.resolve();
      this.heard = /* @__PURE__ */ new WeakSet();
      this.ids = /* @__PURE__ */ new Set();
      this.shown = {};
    }
    /** Take in a message event; resolves when it is answered. Foreign, repeated and untagged ones are passed over. */
    hear(event) {
      const { data } = event;
      const tagged = typeof data === "object" && data !== null && "vem" in data;
      if (tagged && originOf(event.origin) === this.origin && this.isNew(event)) {
        this.last = this.last.then(() => this.answered(data));
      }
      return this.last;
    }
    /** Adobe's pages name two places where a message arrives, the window and the webview; it may come to both. */
    isNew(event) {
      const id = idOf(event.data);
      if (this.heard.has(event) || id !== void 0 && this.ids.has(id)) return false;
      this.heard.add(event);
      if (id !== void 0) this.ids.add(id);
      return true;
    }
    /** Tell the page what the editor has changed since the last look: Premiere sends no event for the playhead. */
    look() {
      this.last = this.last.then(() => this.looked()).catch(() => void 0);
      return this.last;
    }
    async answered(data) {
      const id = idOf(data);
      let message;
      try {
        message = await this.done(requestOf(data));
      } catch (thrown) {
        const { kind, message: text2, remedy } = hostErrorOf(thrown);
        message = { vem: "failed", kind, message: text2, remedy };
      }
      this.send(id === void 0 ? message : { ...message, id });
    }
    async done(request) {
      const { host: host2 } = this;
      switch (request.vem) {
        case "ready":
          this.shown = {};
          return this.introduction();
        case "export":
          return { vem: "edit", ...await host2.export() };
        case "place": {
          const { take, mix, name, markers } = request;
          const placed = await host2.place({ path: mix, name, take });
          return { vem: "placed", take, ...placed, written: await host2.writeMarkers(markers, take) };
        }
        case "mark":
          return { vem: "marked", written: await host2.writeMarkers(request.markers, request.take) };
        case "marks":
          return { vem: "marks", markers: await host2.markers() };
        case "move_mark":
          await host2.moveMarker(request.key, request.time);
          return { vem: "done" };
        case "unmark":
          await host2.removeMarkers();
          return { vem: "marked", written: 0 };
        case "music":
          return { vem: "music", music: await host2.music() };
        case "where":
          return this.position();
        case "seek":
          await host2.seek(request.time);
          return { vem: "done" };
        case "tell":
          host2.tell(request.message);
          return { vem: "done" };
      }
    }
    async introduction() {
      const sequence = await this.sequenceName();
      this.shown.sequence = sequence;
      return { vem: "host", program: this.host.name, export: this.host.exportWay, sequence };
    }
    async sequenceName() {
      try {
        return (await this.host.timeline()).name;
      } catch {
        return null;
      }
    }
    async position() {
      const { playhead, shot } = await this.host.selection();
      const seconds = (time2) => secondsOf(ticksOf(time2));
      const span = shot && { start: seconds(shot.start), end: seconds(shot.end), name: shot.name };
      return { vem: "where", playhead: seconds(playhead), shot: span };
    }
    async looked() {
      const sequence = await this.sequenceName();
      if (sequence !== this.shown.sequence) this.send(await this.introduction());
      if (sequence === null) return;
      const { playhead, shot } = await this.host.selection();
      if (playhead !== this.shown.playhead) {
        this.shown.playhead = playhead;
        this.send({ vem: "playhead", seconds: secondsOf(ticksOf(playhead)) });
      }
      const span = shot ? `${shot.start} ${shot.end}` : "";
      if (span === (this.shown.shot ?? "")) return;
      this.shown.shot = span;
      if (shot) {
        const middle = (ticksOf(shot.start) + ticksOf(shot.end)) / 2n;
        this.send({ vem: "shot", seconds: secondsOf(middle) });
      }
    }
    send(message) {
      this.page.postMessage(message, this.origin);
    }
  };
  function originOf(value) {
    return /^https?:\/\/[^/?#]+/.exec(typeof value === "string" ? value : "")?.[0] ?? "";
  }

  // src/daemon.ts
  var PORTS = [8765, 8766, 8767, 8768, 8769, 8770, 8771, 8772, 8773, 8774];
  function connectionFiles(platform, home) {
    if (platform === "darwin") {
      return [
        `${home}/Library/Caches/TemporaryItems/vem-plugin/daemon.json`,
        `${home}/Library/Application Support/vem-plugin/run/daemon.json`
      ];
    }
    const local = `${home}\\AppData\\Local`;
    return [`${local}\\Temp\\vem-plugin\\daemon.json`, `${local}\\vem-plugin\\run\\daemon.json`];
  }
  async function findDaemon(files, platform, home) {
    for (const path of connectionFiles(platform, home)) {
      const daemon = daemonIn(await files.read(path) ?? "");
      if (daemon) return daemon;
    }
    return null;
  }
  function pageAddress({ origin, token }, load) {
    return `${origin}/?load=${load}#token=${encodeURIComponent(token)}&host=premiere`;
  }
  function daemonIn(text2) {
    let found;
    try {
      found = JSON.parse(text2);
    } catch {
      return null;
    }
    const { gateway, token } = found ?? {};
    const known = PORTS.some((port) => gateway === `http://127.0.0.1:${port}`);
    return known && typeof token === "string" && token !== "" ? { origin: gateway, token } : null;
  }

  // src/files.ts
  function below(folder, name) {
    const slash = folder.includes("\\") ? "\\" : "/";
    return folder.endsWith(slash) ? folder + name : folder + slash + name;
  }
  function fileName(name) {
    const plain2 = name.replace(/[\\/:*?"<>|#%\u0000-\u001f]/g, "_").replace(/[. ]+$/, "").trim();
    return plain2 === "" ? "sequence" : plain2;
  }

  // src/names.ts
  var MUSIC_NAME = "VEM Music";
  var ID_AT_END = / · ([0-9a-f]{4})$/;
  function shortId(take) {
    const head = /^[0-9a-f]{4}/.exec(take.toLowerCase());
    if (!head) throw new HostError("HostRefused", `"${take}" is no take id.`, "Score the edit again.");
    return head[0];
  }
  function nameWithId(name, id) {
    return carriesId(name) ? name : `${name} · ${id}`;
  }
  function carriesId(name) {
    return ID_AT_END.test(name);
  }
  function idIn(name) {
    return ID_AT_END.exec(name)?.[1] ?? "";
  }
  function withoutId(name) {
    return name.replace(ID_AT_END, "");
  }

  // src/sequence.ts
  async function openSequence(ppro) {
    const project = await ppro.Project.getActiveProject();
    if (!project) {
      throw new HostError("HostAbsent", "No project is open in Premiere.", "Open your project, then try again.");
    }
    const sequence = await project.getActiveSequence();
    if (!sequence) {
      throw new HostError("HostAbsent", "No sequence is open in Premiere.", "Open the sequence to be scored.");
    }
    return { ppro, project, sequence, ticksPerFrame: BigInt(await sequence.getTimebase()) };
  }
  function change(open, undoText, make) {
    let done = false;
    open.project.lockedAccess(() => {
      done = open.project.executeTransaction((together) => {
        make((action) => {
          if (!together.addAction(action)) throw new HostError("HostRefused", `Premiere refused: ${undoText}.`, RETRY);
        });
      }, undoText);
    });
    if (!done) throw new HostError("HostRefused", `Premiere refused: ${undoText}.`, RETRY);
  }
  var RETRY = "Check that the track is not locked and the project can be changed, then try again.";
  function tickTime(ppro, ticks) {
    return ppro.TickTime.createWithTicks(ticks.toString());
  }
  function ticksIn(time2) {
    return BigInt(time2.ticks);
  }
  async function itemsOf(open) {
    const { ppro, sequence } = open;
    const clip = ppro.Constants.TrackItemType.CLIP;
    const found = [];
    const pictures = await sequence.getVideoTrackCount();
    for (let track = 0; track < pictures; track += 1) {
      const items = (await sequence.getVideoTrack(track)).getTrackItems(clip, false);
      for (const item of items) found.push(await placedItem(item, "video", track));
    }
    const sounds = await sequence.getAudioTrackCount();
    for (let track = 0; track < sounds; track += 1) {
      const items = (await sequence.getAudioTrack(track)).getTrackItems(clip, false);
      for (const item of items) found.push(await placedItem(item, "audio", track));
    }
    return found;
  }
  async function placedItem(item, kind, track) {
    const [name, start, end, inPoint] = await Promise.all([
      item.getName(),
      item.getStartTime(),
      item.getEndTime(),
      item.getInPoint()
    ]);
    return { item, kind, track, name, start: ticksIn(start), end: ticksIn(end), inPoint: ticksIn(inPoint) };
  }
  function fingerprint(items) {
    return items.map(({ kind, track, name, start, end, inPoint }) => `${kind} ${track} ${start} ${end} ${inPoint} ${name}`).join("\n");
  }
  async function endOfAll(open, items) {
    const ends = [ticksIn(await open.sequence.getEndTime()), ...items.map((item) => item.end)];
    return ends.reduce((latest, end) => end > latest ? end : latest, 0n);
  }

  // src/project_items.ts
  async function itemOfFile(open, path) {
    const there = await findItem(open, path);
    if (there) return there;
    const root = await open.project.getRootItem();
    const former = await musicBin(open, root);
    const bin = former ?? await madeBin(open, root);
    const accepted = await open.project.importFiles([path], true, bin, false);
    const item = accepted ? await findItem(open, path) : null;
    if (item) return item;
    if (!former) change(open, `Remove bin ${MUSIC_NAME}`, (add) => add(root.createRemoveItemAction(bin)));
    throw new HostError("HostRefused", "Premiere did not import the music.", "Import the file by hand.", path);
  }
  async function mediaPathOf(ppro, item) {
    const clip = ppro.ClipProjectItem.cast(item);
    if (!clip || await clip.isSequence()) return "";
    return await clip.getMediaFilePath() ?? "";
  }
  function samePath(one, other) {
    return plain(one) === plain(other);
  }
  function plain(path) {
    const slashed = path.replace(/^\\\\\?\\/, "").replace(/\\/g, "/").normalize("NFC");
    return /^[A-Za-z]:\//.test(slashed) || slashed.startsWith("//") ? slashed.toLowerCase() : slashed;
  }
  async function findItem(open, path) {
    for await (const item of itemsBelow(open.ppro, await open.project.getRootItem())) {
      if (item.type !== open.ppro.ProjectItem.TYPE_BIN && samePath(await mediaPathOf(open.ppro, item), path)) return item;
    }
    return null;
  }
  async function* itemsBelow(ppro, folder) {
    for (const item of await folder.getItems()) {
      yield item;
      if (item.type === ppro.ProjectItem.TYPE_BIN) yield* itemsBelow(ppro, ppro.FolderItem.cast(item));
    }
  }
  async function musicBin(open, root) {
    const { TYPE_BIN } = open.ppro.ProjectItem;
    return (await root.getItems()).find((item) => item.type === TYPE_BIN && item.name === MUSIC_NAME) ?? null;
  }
  async function madeBin(open, root) {
    change(open, `Bin ${MUSIC_NAME}`, (add) => add(root.createBinAction(MUSIC_NAME, false)));
    const made = await musicBin(open, root);
    if (!made) throw new HostError("HostRefused", `Premiere made no bin "${MUSIC_NAME}".`, "Make one by hand.");
    return made;
  }
  function folderOf(project) {
    const folder = /^(.*)[\\/][^\\/]+$/.exec(project.path ?? "")?.[1];
    if (folder === void 0) {
      throw new HostError("HostRefused", "The project has not been saved yet.", "Save it: the music is kept beside it.");
    }
    return folder;
  }

  // src/music.ts
  async function musicItem(open) {
    return (await itemsOf(open)).filter(isOurs).sort((one, two) => one.start < two.start ? -1 : 1)[0] ?? null;
  }
  async function heldMusic(open) {
    const placed = await musicItem(open);
    if (!placed) return null;
    const path = await mediaPathOf(open.ppro, await placed.item.getProjectItem());
    return { path, id: idIn(placed.name), start: placed.start, duration: placed.end - placed.start };
  }
  async function placeMusic(open, music) {
    const item = await itemOfFile(open, music.path);
    const before = await itemsOf(open);
    const former = before.filter(isOurs);
    const { ahead, pictures } = await inserted(open, item, music.path, before);
    try {
      const named = await open.sequence.getAudioTrack(ahead.track);
      settle(open, ahead, former, named, nameWithId(music.name, shortId(music.take)));
    } catch (error) {
      remove(open, [ahead], "Take the music back");
      throw error;
    }
    await check(open, music.path, ahead.track, before);
    const made = await open.sequence.getVideoTrackCount() - pictures;
    const remarks = made > 0 ? ["Premiere made an empty video track as well; it may be deleted."] : [];
    return { replaced: former.length > 0, remarks };
  }
  async function inserted(open, item, path, before) {
    const pictures = await open.sequence.getVideoTrackCount();
    const sounds = await open.sequence.getAudioTrackCount();
    const end = upToFrame(await endOfAll(open, before), open.ticksPerFrame);
    const own = trackOfOurs(before);
    for (const track of own === null ? [sounds, sounds + 1] : [own]) {
      const refusal = insertAt(open, item, end, track);
      if (refusal && own !== null) throw refusal;
      const ahead = refusal ? null : await newItem(open, path, end);
      if (!ahead) continue;
      if (ahead.track >= sounds || ahead.track === own) return { ahead, pictures };
      remove(open, [ahead], "Take the music back");
    }
    throw new HostError(
      "HostRefused",
      "Premiere made no track for the music.",
      "Add a stereo audio track below the others, drag the file there from the bin VEM Music.",
      path
    );
  }
  function insertAt(open, item, time2, track) {
    const editor = open.ppro.SequenceEditor.getEditor(open.sequence);
    const at = tickTime(open.ppro, time2);
    try {
      change(open, "Insert music", (add) => add(editor.createInsertProjectItemAction(item, at, 0, track, true)));
      return null;
    } catch (thrown) {
      return hostErrorOf(thrown);
    }
  }
  function settle(open, ahead, former, track, name) {
    const { ppro } = open;
    const offset = ppro.TickTime.TIME_ZERO.subtract(tickTime(ppro, ahead.start));
    change(open, "Place music", (add) => {
      if (former.length > 0) addRemoval(open, former, add);
      add(ahead.item.createMoveAction(offset));
      add(ahead.item.createSetNameAction(name));
      if (track.name !== MUSIC_NAME && typeof track.createSetNameAction === "function") {
        add(track.createSetNameAction(MUSIC_NAME));
      }
    });
  }
  function remove(open, items, undoText) {
    change(open, undoText, (add) => addRemoval(open, items, add));
  }
  function addRemoval(open, items, add) {
    const { ppro } = open;
    const editor = ppro.SequenceEditor.getEditor(open.sequence);
    ppro.TrackItemSelection.createEmptySelection((selection) => {
      for (const { item } of items) selection.addItem(item);
      add(editor.createRemoveItemsAction(selection, false, ppro.Constants.MediaType.AUDIO));
    });
  }
  async function check(open, path, track, before) {
    const after = await itemsOf(open);
    const [music, ...more] = after.filter(isOurs);
    const held = music && await mediaPathOf(open.ppro, await music.item.getProjectItem());
    if (!music || more.length > 0 || music.track !== track || music.start !== 0n || !samePath(held, path)) {
      throw new HostError("HostRefused", "Premiere did not put the music where it was asked to.", UNDO, path);
    }
    const theirs = (items) => fingerprint(items.filter((placed) => !isOurs(placed)));
    if (theirs(after) !== theirs(before)) {
      throw new HostError("HostRefused", "Premiere changed other clips while it placed the music.", UNDO, path);
    }
  }
  var UNDO = "Choose Edit > Undo until the step 'Insert music' is gone, then drag the file from the bin VEM Music.";
  async function newItem(open, path, from) {
    for (const placed of await itemsOf(open)) {
      if (placed.kind !== "audio" || placed.start < from) continue;
      const held = await mediaPathOf(open.ppro, await placed.item.getProjectItem());
      if (samePath(held, path)) return placed;
    }
    return null;
  }
  function trackOfOurs(items) {
    const sounds = items.filter((placed) => placed.kind === "audio");
    const ours = sounds.find(isOurs);
    const alone = ours && sounds.every((placed) => placed.track !== ours.track || isOurs(placed));
    return alone ? ours.track : null;
  }
  function isOurs(placed) {
    return placed.kind === "audio" && carriesId(placed.name);
  }

  // src/markers.ts
  var PREMIERE_COLORS = {
    RED: "RED",
    ORANGE: "ORANGE",
    YELLOW: "YELLOW",
    GREEN: "GREEN",
    CYAN: "CYAN",
    BLUE: "BLUE",
    MAGENTA: "MAGNETA",
    PINK: "MAGNETA",
    PURPLE: "MAGNETA",
    WHITE: "CYAN",
    BLACK: "BLUE"
  };
  async function ownMarks(open) {
    const marks2 = standing(await places(open)).filter(isOurs2).map(({ marker, time: time2, key }) => ({
      key,
      time: time2,
      name: withoutId(marker.getName()),
      color: colorOf(open.ppro, marker),
      comment: marker.getComments()
    }));
    return marks2.sort((one, other) => one.time < other.time ? -1 : one.time > other.time ? 1 : 0);
  }
  async function writeMarks(open, marks2, take) {
    const { ppro } = open;
    const [ruler, music] = await places(open);
    const there = standing([ruler, music]);
    const theirs = there.filter((each) => each.place === ruler && !isOurs2(each));
    const taken = new Set(theirs.map(({ time: time2 }) => frame(open, time2)));
    const made = [];
    for (const [number, mark] of oneAFrame(open, marks2, shortId(take), ruler.span[1])) {
      const place = taken.has(number) ? music : ruler;
      const time2 = number * open.ticksPerFrame;
      if (place && place.span[0] <= time2 && time2 < place.span[1]) made.push({ place, mark, at: time2 - place.offset });
    }
    change(open, "Music markers", (add) => {
      for (const { place, marker } of there.filter(isOurs2)) add(place.markers.createRemoveMarkerAction(marker));
      for (const { place, mark, at } of made) {
        const [kind, start] = [ppro.Marker.MARKER_TYPE_COMMENT, tickTime(ppro, at)];
        add(place.markers.createAddMarkerAction(mark.name, kind, start, ppro.TickTime.TIME_ZERO, mark.comment));
      }
    });
    await setColors(open, new Map(made.map(({ place, mark, at }) => [keyText(place, at, mark.name), mark.color])));
    return made.length;
  }
  async function moveMark(open, key, time2) {
    const there = standing(await places(open));
    const moved = there.find((each) => each.key === key && isOurs2(each));
    if (!moved) throw new HostError("HostRefused", "That marker is not ours, or is gone.", "Read the markers again.");
    const { place, marker } = moved;
    const start = toFrame(ticksOf(time2), open.ticksPerFrame);
    if (start < place.span[0] || start >= place.span[1]) {
      throw new HostError("HostRefused", "That is outside of what is marked.", "Choose a frame within it.");
    }
    const inTheWay = there.filter((each) => each !== moved && (each.place === place || isOurs2(each)));
    if (inTheWay.some((each) => frame(open, each.time) === frame(open, start))) {
      throw new HostError("HostRefused", "Another marker stands there.", "Choose another frame.");
    }
    change(
      open,
      "Move music marker",
      (add) => add(place.markers.createMoveMarkerAction(marker, tickTime(open.ppro, start - place.offset)))
    );
  }
  async function removeMarks(open) {
    const ours = standing(await places(open)).filter(isOurs2);
    if (ours.length > 0) {
      change(open, "Remove music markers", (add) => {
        for (const { place, marker } of ours) add(place.markers.createRemoveMarkerAction(marker));
      });
    }
    return ours.length;
  }
  function colorOf(ppro, marker) {
    const index = marker.getColorIndex();
    const names = Object.keys(PREMIERE_COLORS);
    return names.find((name) => ppro.Constants.MarkerColor[PREMIERE_COLORS[name]] === index) ?? "";
  }
  async function setColors(open, colors) {
    const { MarkerColor } = open.ppro.Constants;
    const made = standing(await places(open)).filter(({ key }) => colors.has(key));
    if (made.length === 0) return;
    change(open, "Music marker colours", (add) => {
      for (const { marker, key } of made) {
        add(marker.createSetColorByIndexAction(MarkerColor[PREMIERE_COLORS[colors.get(key)] ?? "GREEN"]));
      }
    });
  }
  function oneAFrame(open, marks2, id, end) {
    const last = frame(open, end) - 1n;
    const byFrame = /* @__PURE__ */ new Map();
    for (const mark of marks2) {
      const asked = frame(open, ticksOf(mark.time));
      const number = asked === last + 1n ? last : asked;
      if (number < 0n || number > last) continue;
      const named = { ...mark, name: nameWithId(mark.name, id) };
      const other = byFrame.get(number);
      byFrame.set(number, other === void 0 ? named : merged(other, named));
    }
    return byFrame;
  }
  function merged(first, second) {
    const [kept, other] = second.color === "RED" && first.color !== "RED" ? [second, first] : [first, second];
    const comment = [kept.comment, withoutId(other.name), other.comment].filter((text2) => text2).join(" / ");
    return { ...kept, comment };
  }
  async function places(open) {
    const { ppro, sequence } = open;
    const end = ticksIn(await sequence.getEndTime());
    const ruler = { name: "ruler", markers: await ppro.Markers.getMarkers(sequence), offset: 0n, span: [0n, end] };
    const placed = await musicItem(open);
    const clip = placed && ppro.ClipProjectItem.cast(await placed.item.getProjectItem());
    if (!clip) return [ruler, null];
    const [offset, span] = [placed.start - placed.inPoint, [placed.start, placed.end]];
    return [ruler, { name: "music", markers: await ppro.Markers.getMarkers(clip), offset, span }];
  }
  function standing(where) {
    return where.flatMap(
      (place) => place === null ? [] : place.markers.getMarkers().map((marker) => {
        const start = ticksIn(marker.getStart());
        return { place, marker, time: start + place.offset, key: keyText(place, start, marker.getName()) };
      })
    );
  }
  function frame(open, time2) {
    return frameOf(time2, open.ticksPerFrame);
  }
  function isOurs2({ marker }) {
    return carriesId(marker.getName());
  }
  function keyText(place, start, name) {
    return `${place.name} ${start} ${name}`;
  }

  // src/walk.ts
  var Ruler = class {
    constructor(ticksPerFrame) {
      this.ticksPerFrame = ticksPerFrame;
      this.rate = Number(TICKS_PER_SECOND) / Number(ticksPerFrame);
    }
    time(ticks) {
      const whole = ticks % this.ticksPerFrame === 0n;
      const value = whole ? Number(ticks / this.ticksPerFrame) : Number(ticks) / Number(this.ticksPerFrame);
      return { OTIO_SCHEMA: "RationalTime.1", rate: this.rate, value };
    }
    range(start, duration) {
      return { OTIO_SCHEMA: "TimeRange.1", start_time: this.time(start), duration: this.time(duration) };
    }
  };
  async function walkedSequence(open) {
    const { ppro, sequence } = open;
    const ruler = new Ruler(open.ticksPerFrame);
    const tracks = [];
    for (let index = 0; index < await sequence.getVideoTrackCount(); index += 1) {
      tracks.push(await walkedTrack(ppro, ruler, "Video", await sequence.getVideoTrack(index)));
    }
    for (let index = 0; index < await sequence.getAudioTrackCount(); index += 1) {
      tracks.push(await walkedTrack(ppro, ruler, "Audio", await sequence.getAudioTrack(index)));
    }
    return {
      OTIO_SCHEMA: "Timeline.1",
      metadata: { vem_export: { from: "walk over the tracks" } },
      name: sequence.name,
      global_start_time: ruler.time(ticksIn(await sequence.getZeroPoint())),
      tracks: {
        ...container("Stack.1", "tracks", tracks),
        markers: (await ppro.Markers.getMarkers(sequence)).getMarkers().map((marker) => markerJson(ppro, ruler, marker))
      }
    };
  }
  async function walkedTrack(ppro, ruler, kind, track) {
    const { TrackItemType } = ppro.Constants;
    const clips = [];
    for (const item of track.getTrackItems(TrackItemType.CLIP, false)) {
      const span = await walkedClip(ppro, ruler, kind, item);
      if (span) clips.push(span);
    }
    const edges = clips.flatMap(({ start, end }) => [start, end]);
    const joins = [];
    for (const item of track.getTrackItems(TrackItemType.TRANSITION, false)) {
      const join = await walkedTransition(ruler, item, edges);
      if (join) joins.push(join);
    }
    return { ...container("Track.1", track.name, inOrder(ruler, clips, joins)), kind };
  }
  function inOrder(ruler, clips, joins) {
    const children = [];
    const left = [...joins];
    const joinAt = (time2) => {
      const found = left.findIndex((join) => join.start === time2);
      if (found >= 0) children.push(left.splice(found, 1)[0].json);
    };
    let reached = 0n;
    for (const clip of [...clips].sort((one, other) => one.start < other.start ? -1 : 1)) {
      joinAt(reached);
      if (clip.start > reached) {
        children.push({ ...entry("Gap.1", ""), source_range: ruler.range(0n, clip.start - reached) });
        joinAt(clip.start);
      }
      children.push(clip.json);
      reached = clip.end;
    }
    joinAt(reached);
    return children;
  }
  async function walkedClip(ppro, ruler, kind, item) {
    if (kind === "Video" && await item.isAdjustmentLayer()) return null;
    const [start, end] = [ticksIn(await item.getStartTime()), ticksIn(await item.getEndTime())];
    const inPoint = ticksIn(await item.getInPoint());
    const source = await item.getProjectItem();
    const speed = await item.getSpeed() * (await item.isSpeedReversed() ? -1 : 1);
    const warp = { ...entry("LinearTimeWarp.1", ""), effect_name: "LinearTimeWarp", time_scalar: speed };
    const json = {
      ...entry("Clip.2", await item.getName()),
      source_range: ruler.range(inPoint, end - start),
      enabled: !await item.isDisabled(),
      effects: speed === 1 ? [] : [warp],
      markers: source ? await clipMarkers(ppro, ruler, source) : [],
      media_references: { DEFAULT_MEDIA: await mediaJson(ppro, source) },
      active_media_reference_key: "DEFAULT_MEDIA"
    };
    return { start, end, json };
  }
  async function mediaJson(ppro, source) {
    const path = source ? await mediaPathOf(ppro, source) : "";
    const missing = { ...entry("MissingReference.1", ""), available_range: null, available_image_bounds: null };
    return path === "" ? missing : { ...missing, OTIO_SCHEMA: "ExternalReference.1", target_url: path };
  }
  async function clipMarkers(ppro, ruler, source) {
    const clip = ppro.ClipProjectItem.cast(source);
    if (!clip || await clip.isSequence()) return [];
    return (await ppro.Markers.getMarkers(clip)).getMarkers().map((marker) => markerJson(ppro, ruler, marker));
  }
  function markerJson(ppro, ruler, marker) {
    return {
      OTIO_SCHEMA: "Marker.2",
      metadata: {},
      name: marker.getName(),
      color: colorOf(ppro, marker) || "GREEN",
      comment: marker.getComments(),
      marked_range: ruler.range(ticksIn(marker.getStart()), ticksIn(marker.getDuration()))
    };
  }
  async function walkedTransition(ruler, item, edges) {
    const [start, end] = [ticksIn(await item.getStartTime()), ticksIn(await item.getEndTime())];
    const middle = (start + end) / 2n;
    const distance = (edge) => edge > middle ? edge - middle : middle - edge;
    const inside = edges.filter((edge) => start <= edge && edge <= end);
    if (inside.length === 0) return null;
    const cut = inside.reduce((best, edge) => distance(edge) < distance(best) ? edge : best);
    const json = {
      OTIO_SCHEMA: "Transition.1",
      metadata: {},
      name: await item.getName(),
      transition_type: "SMPTE_Dissolve",
      in_offset: ruler.time(cut - start),
      out_offset: ruler.time(end - cut)
    };
    return { start: cut, end: cut, json };
  }
  function entry(schema, name) {
    return { OTIO_SCHEMA: schema, metadata: {}, name, effects: [], markers: [], enabled: true };
  }
  function container(schema, name, children) {
    return { ...entry(schema, name), source_range: null, children };
  }

  // src/export.ts
  async function exportEdit(open, files, folder) {
    await files.makeFolder(folder);
    const base = below(folder, fileName(open.sequence.name));
    for (const suffix of [".otio", ".xml"]) await files.remove(base + suffix);
    const name = open.sequence.name;
    for (const way of exportWays(open)) {
      const path = base + (way === "xml" ? ".xml" : ".otio");
      if (await written(open, files, way, path)) return { path, name, way };
    }
    throw new HostError("HostRefused", "The sequence could not be exported.", "Use File > Export by hand.", base);
  }
  function exportWays({ ppro }) {
    const converter = ppro.ProjectConverter;
    const ways = [];
    if (typeof converter?.exportAsOpenTimelineIO === "function") ways.push("otio");
    if (typeof converter?.exportAsFinalCutProXML === "function") ways.push("xml");
    return [...ways, "walk"];
  }
  async function written(open, files, way, path) {
    const { ppro, sequence } = open;
    if (way === "walk") {
      await files.write(path, JSON.stringify(await walkedSequence(open), null, 1));
      return true;
    }
    const converter = ppro.ProjectConverter;
    const exporter = way === "otio" ? converter.exportAsOpenTimelineIO : converter.exportAsFinalCutProXML;
    try {
      return await exporter.call(converter, sequence, path, true) && await files.exists(path);
    } catch {
      return false;
    }
  }

  // src/host.ts
  var PremiereHost = class {
    constructor(ppro, files, version, show) {
      this.ppro = ppro;
      this.files = files;
      this.version = version;
      this.show = show;
    }
    get name() {
      return `Adobe Premiere ${this.version}`;
    }
    async timeline() {
      const open = await this.open();
      const { sequence, ticksPerFrame } = open;
      const [zero, end] = [ticksIn(await sequence.getZeroPoint()), ticksIn(await sequence.getEndTime())];
      return {
        name: sequence.name,
        project: open.project.name,
        rate: rateOf(ticksPerFrame),
        dropFrame: await countsDropFrame(open),
        startFrame: Number(zero / ticksPerFrame),
        frames: Number((end + ticksPerFrame - 1n) / ticksPerFrame)
      };
    }
    /** Write the edit into a folder: by default "VEM Music" beside the project, where the music will lie too. */
    async export(folder) {
      const open = await this.open();
      return exportEdit(open, this.files, folder ?? below(folderOf(open.project), MUSIC_NAME));
    }
    async music() {
      const held = await heldMusic(await this.open());
      if (!held) return null;
      const { path, id, start, duration } = held;
      return { audio: path, take: id, start: exactSeconds(start), duration: exactSeconds(duration) };
    }
    async place(music) {
      const open = await this.open();
      if (!await this.files.exists(music.path)) {
        throw new HostError("HostRefused", "The music is not there.", "Score the edit again.", music.path);
      }
      return placeMusic(open, music);
    }
    async markers() {
      const marks2 = await ownMarks(await this.open());
      return marks2.map((mark) => ({ ...mark, time: exactSeconds(mark.time) }));
    }
    async writeMarkers(marks2, take) {
      return writeMarks(await this.open(), marks2, take);
    }
    async moveMarker(key, time2) {
      await moveMark(await this.open(), key, time2);
    }
    async removeMarkers() {
      return removeMarks(await this.open());
    }
    async selection() {
      const { sequence } = await this.open();
      const playhead = exactSeconds(ticksIn(await sequence.getPlayerPosition()));
      const chosen = await (await sequence.getSelection())?.getTrackItems();
      return { playhead, shot: chosen?.[0] ? await spanOf(chosen[0]) : null };
    }
    async seek(time2) {
      const { ppro, sequence, ticksPerFrame } = await this.open();
      await sequence.setPlayerPosition(tickTime(ppro, toFrame(ticksOf(time2), ticksPerFrame)));
    }
    tell(text2) {
      this.show(text2);
    }
    /** How this program's edits are exported, at best. */
    get exportWay() {
      return exportWays({ ppro: this.ppro })[0];
    }
    open() {
      return openSequence(this.ppro);
    }
  };
  async function spanOf(item) {
    const [start, end] = [ticksIn(await item.getStartTime()), ticksIn(await item.getEndTime())];
    return { start: exactSeconds(start), end: exactSeconds(end), name: await item.getName() };
  }
  async function countsDropFrame({ ppro, sequence, ticksPerFrame }) {
    if (rateOf(ticksPerFrame) !== "30000/1001") return false;
    const display = await sequence.getSequenceVideoTimeDisplayFormat();
    return display.type === ppro.Constants.VideoDisplayFormatType.FPS_29_97;
  }

  // src/uxp_files.ts
  var fs = __require("fs");
  var uxpFiles = {
    read: (path) => fs.readFile(path, { encoding: "utf-8" }).catch(() => null),
    write: async (path, text2) => void await fs.writeFile(path, text2, { encoding: "utf-8" }),
    async makeFolder(path) {
      if (!await exists(path)) await fs.mkdir(path, { recursive: true });
    },
    async remove(path) {
      if (await exists(path)) await fs.unlink(path);
    },
    exists
  };
  async function exists(path) {
    try {
      await fs.lstat(path);
      return true;
    } catch {
      return false;
    }
  }

  // src/main.ts
  var LOOK_EVERY = 500;
  var SEEK_DAEMON_EVERY = 2e3;
  var TOLD_FOR = 1e4;
  var os = __require("os");
  var uxp = __require("uxp");
  var page = document.getElementById("page");
  var waiting = document.getElementById("waiting");
  var told = document.getElementById("told");
  var host = new PremiereHost(__require("premierepro"), uxpFiles, String(uxp.host.version), tell);
  var bridge = null;
  var shown = null;
  var loads = 0;
  function tell(text2) {
    told.textContent = text2;
    told.setAttribute("class", "shown");
    setTimeout(() => {
      if (told.textContent === text2) told.setAttribute("class", "");
    }, TOLD_FOR);
  }
  async function seekDaemon() {
    const daemon = await findDaemon(uxpFiles, os.platform(), os.homedir());
    const same = daemon?.origin === shown?.origin && daemon?.token === shown?.token;
    if (!daemon || same || !await answers(daemon)) return;
    loads += 1;
    shown = daemon;
    const postMessage = (message, origin) => page.postMessage(message, origin, void 0);
    bridge = new Bridge(host, { postMessage }, daemon.origin);
    page.src = pageAddress(daemon, loads);
    page.setAttribute("class", "shown");
    waiting.setAttribute("class", "");
  }
  async function answers(daemon) {
    try {
      const hello = await (await fetch(`${daemon.origin}/api/v1/hello`)).json();
      return hello.service === "vem";
    } catch {
      return false;
    }
  }
  function hear(event) {
    void bridge?.hear(event);
  }
  function keep(doing, every) {
    const again = () => setTimeout(() => keep(doing, every), every);
    doing().then(again, again);
  }
  window.addEventListener("message", hear);
  page.addEventListener("message", hear);
  keep(seekDaemon, SEEK_DAEMON_EVERY);
  keep(async () => bridge?.look(), LOOK_EVERY);
})();
