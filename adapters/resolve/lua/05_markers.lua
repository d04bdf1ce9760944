-- Our markers on the timeline's ruler, or on the music where an editor's marker holds the frame; never moved off the
-- beat. They are known by their custom data "vem:TAKE:NUMBER". Never delete by colour: the editor's have colours, too.

local COLORS = { RED = "Red", BLUE = "Blue", GREEN = "Green", YELLOW = "Yellow", PURPLE = "Purple", PINK = "Pink",
  CYAN = "Cyan", MAGENTA = "Fuchsia", ORANGE = "Sand", BLACK = "Cocoa", WHITE = "Cream" }

local function remove_markers(session)
  local owners, removed = { session.timeline }, 0
  for _, entry in ipairs(own_items(session)) do
    owners[#owners + 1] = entry.item
  end
  for _, owner in ipairs(owners) do
    for frame, marker in pairs(owner:GetMarkers() or {}) do
      if tostring(marker.customData or ""):match("^vem:") and owner:DeleteMarkerAtFrame(frame) then
        removed = removed + 1
      end
    end
  end
  return removed
end

local function taken(owner)
  local frames = {}
  for frame in pairs(owner:GetMarkers() or {}) do
    frames[math.floor(frame)] = true
  end
  return frames
end

-- Hits first, so that a hit wins where two markers round to one frame.
local function by_rank(markers)
  local sorted = {}
  for _, marker in ipairs(markers or {}) do
    sorted[#sorted + 1] = marker
  end
  table.sort(sorted, function(a, b)
    if (a.color == "RED") ~= (b.color == "RED") then
      return a.color == "RED"
    end
    return seconds_of(a.time) < seconds_of(b.time)
  end)
  return sorted
end

local function write_markers(session, take)
  remove_markers(session)
  local own = own_items(session)[1]
  local music = own and own.item
  local ruler, on_music, ours, written = taken(session.timeline), music and taken(music) or {}, {}, 0
  for number, marker in ipairs(by_rank(take.markers)) do
    local frame = math.min(math.max(math.floor(seconds_of(marker.time) * session.rate + 0.5), 0), session.frames - 1)
    local color = COLORS[marker.color] or "Green"
    local name = marker.name .. " \194\183 " .. take.short
    local custom = "vem:" .. take.short .. ":" .. number
    local offset = music and session.start + frame - music:GetStart()
    if not ours[frame] then
      ours[frame] = true
      if not ruler[frame] then
        written = written
          + (session.timeline:AddMarker(frame, color, name, marker.comment or "", 1, custom) and 1 or 0)
      elseif music and offset >= 0 and offset < music:GetEnd() - music:GetStart() and not on_music[offset] then
        written = written + (music:AddMarker(offset, color, name, marker.comment or "", 1, custom) and 1 or 0)
      end
    end
  end
  return written
end
