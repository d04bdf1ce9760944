-- Our music on the timeline: a file swapped in place where nothing but the sound changes, else laid anew.

local AUDIO_ONLY = 2

-- Length of the sound in a WAV file in bytes; nil if it is none that we read.
local function sound_bytes(path)
  local file = io.open(path, "rb")
  local head = file and file:read(12)
  if not head or #head < 12 or head:sub(1, 4) ~= "RIFF" then
    return nil
  end
  local bytes
  while not bytes do
    local chunk = file:read(8)
    if not chunk or #chunk < 8 then
      break
    end
    local a, b, c, d = chunk:byte(5, 8)
    local size = a + 256 * b + 65536 * c + 16777216 * d
    if chunk:sub(1, 4) == "data" then
      bytes = size
    else
      file:seek("cur", size + size % 2)
    end
  end
  file:close()
  return bytes
end

local function used_elsewhere(session, clip)
  local here, wanted = session.timeline:GetUniqueId(), clip:GetUniqueId()
  for number = 1, session.project:GetTimelineCount() do
    local timeline = session.project:GetTimelineByIndex(number)
    if timeline:GetUniqueId() ~= here then
      for track = 1, timeline:GetTrackCount("audio") do
        for _, item in ipairs(timeline:GetItemListInTrack("audio", track) or {}) do
          local used = item:GetMediaPoolItem()
          if used and used:GetUniqueId() == wanted then
            return true
          end
        end
      end
    end
  end
  return false
end

-- Name a clip so that we know it again: Resolve keeps names through export and import, but no metadata of ours.
local function name_clip(clip, name)
  if not try(clip, "SetName", name) then
    pcall(function() -- older versions
      clip:SetClipProperty("Clip Name", name)
    end)
  end
  if clip:GetName() ~= name then
    stop("Resolve did not name the music.", DIALOG)
  end
end

local function swapped(session, own, take)
  local clip = own[1].item:GetMediaPoolItem()
  for _, entry in ipairs(own) do
    local other = entry.item:GetMediaPoolItem()
    if not clip or not other or other:GetUniqueId() ~= clip:GetUniqueId() then
      return false
    end
  end
  local old = clip:GetClipProperty("File Path")
  local length = sound_bytes(take.mix)
  if not length or sound_bytes(old) ~= length or used_elsewhere(session, clip) then
    return false
  end
  if not try(clip, "ReplaceClip", take.mix) then
    return false
  end
  if clip:GetClipProperty("File Path") ~= take.mix then
    try(clip, "ReplaceClip", old)
    return false
  end
  name_clip(clip, take.label)
  return true
end

-- The take as a clip of the media pool, in a folder of ours; the editor's folder stays the current one.
local function in_pool(session, take)
  local root, folder = session.pool:GetRootFolder(), nil
  for _, entry in ipairs(root:GetSubFolderList() or {}) do
    folder = entry:GetName() == TRACK and entry or folder
  end
  folder = folder or session.pool:AddSubFolder(root, TRACK)
  for _, clip in ipairs(folder and folder:GetClipList() or {}) do
    if clip:GetClipProperty("File Path") == take.mix then
      return clip
    end
  end
  local current = session.pool:GetCurrentFolder()
  local clips = folder and session.pool:SetCurrentFolder(folder) and session.pool:ImportMedia({ take.mix })
  session.pool:SetCurrentFolder(current)
  if not clips or not clips[1] then
    stop("Resolve did not import " .. take.mix .. ".", DIALOG)
  end
  name_clip(clips[1], take.label)
  return clips[1]
end

-- Append a piece, and list the track again: what the call returns proves nothing.
local function lay(session, track, piece)
  session.pool:AppendToTimeline({ {
    mediaPoolItem = piece.clip, startFrame = piece.first, endFrame = piece.last, mediaType = AUDIO_ONLY,
    trackIndex = track, recordFrame = piece.record,
  } })
  for _, item in ipairs(session.timeline:GetItemListInTrack("audio", track) or {}) do
    local clip = item:GetMediaPoolItem()
    if item:GetUniqueId() ~= "" and item:GetStart() == piece.record and clip
      and clip:GetUniqueId() == piece.clip:GetUniqueId() then
      return item
    end
  end
end

local function clip_rate(clip, session)
  local told = clip:GetClipProperty("FPS")
  return told and tonumber(tostring(told):match("[%d.]+")) and rate_of(told) or session.rate
end

local function whole(session, take)
  local clip = in_pool(session, take)
  local frames = math.ceil(take.samples / take.sample_rate * clip_rate(clip, session) - 1e-6)
  local has = tonumber(clip:GetClipProperty("Frames") or "") or 0
  return { clip = clip, first = 0, last = has > 0 and math.min(frames, has) or frames, record = session.start }
end

local function piece_of(item, session)
  local clip = item:GetMediaPoolItem()
  local ratio = clip_rate(clip, session) / session.rate
  local first = math.floor(item:GetLeftOffset() * ratio)
  local length = math.ceil((item:GetEnd() - item:GetStart()) * ratio - 1e-6)
  return { clip = clip, first = first, last = first + length, record = item:GetStart() }
end

local function new_track(session)
  local count = session.timeline:GetTrackCount("audio")
  for track = 1, count do
    if session.timeline:GetTrackName("audio", track) == TRACK
      and not (session.timeline:GetItemListInTrack("audio", track) or {})[1] then
      return track
    end
  end
  if not session.timeline:AddTrack("audio", "stereo") or session.timeline:GetTrackCount("audio") ~= count + 1 then
    stop("Resolve did not add an audio track.", DIALOG)
  end
  session.timeline:SetTrackName("audio", count + 1, TRACK)
  return count + 1
end

-- Put our old items out and the new one in; if that fails, the old ones come back, with the editor's markers on them.
local function lay_instead(session, own, piece)
  local track, items, old, notes = own[1].track, {}, {}, {}
  for _, item in ipairs(session.timeline:GetItemListInTrack("audio", track) or {}) do
    if item:GetUniqueId() ~= "" and not take_of(item) then
      stop('Clips that are not ours lie on the track "' .. TRACK .. '".', "Move them to a track of their own.")
    end
  end
  for _, entry in ipairs(own) do
    items[#items + 1] = entry.item
    old[#old + 1] = { track = entry.track, piece = piece_of(entry.item, session) }
    for frame, marker in pairs(entry.item:GetMarkers() or {}) do
      if not tostring(marker.customData or ""):match("^vem:") then
        notes[entry.item:GetStart() + frame] = marker
      end
    end
  end
  if not session.timeline:DeleteClips(items, false) then
    stop("Resolve did not remove the old music.", DIALOG)
  end
  local function pin(item)
    for frame, marker in pairs(notes) do
      if item:GetStart() <= frame and frame < item:GetEnd() then
        item:AddMarker(frame - item:GetStart(), marker.color, marker.name, marker.note, marker.duration,
          marker.customData)
      end
    end
  end
  local laid = lay(session, track, piece)
  if laid then
    return pin(laid)
  end
  for _, entry in ipairs(old) do
    local back = lay(session, entry.track, entry.piece)
    if back then
      pin(back)
    end
  end
  stop("Resolve did not take the music.", DIALOG)
end

local function place(session, take)
  if session.resolve:GetCurrentPage() ~= "edit" and not session.resolve:OpenPage("edit") then
    stop("Resolve does not open its edit page.", DIALOG)
  end
  local own = own_items(session)
  for _, entry in ipairs(own) do
    if session.timeline:GetIsTrackLocked("audio", entry.track) then
      stop('The track "' .. TRACK .. '" is locked.', "Unlock it, and try again.")
    end
  end
  if own[1] and swapped(session, own, take) then
    return
  end
  local piece = whole(session, take)
  if own[1] then
    return lay_instead(session, own, piece)
  end
  local track = new_track(session)
  if not lay(session, track, piece) then
    session.timeline:DeleteTrack("audio", track)
    stop("Resolve did not take the music.", DIALOG)
  end
end
