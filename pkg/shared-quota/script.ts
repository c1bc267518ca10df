// Gives the turns of one category. It runs inside Redis, one call after the other, so all instances see one order; its clock
// is that of Redis. DESIGN.md explains it (QUOTA-1 to QUOTA-6).

import { SHARED_MARGIN } from "../core/shared-quota.ts";

/** What the answer has before the moments of the turns. */
export const ANSWER_FIELDS = 13;
/** The state of an account that is not used any more is gone after so long. */
const KEPT_MS = 600_000;
/** An instance that said nothing for so long uses its local share; where calls of it wait, sooner. */
const HEARTBEAT_MS = 1000;
/** A report that is later than this is not coming soon. */
const LATE_REPORT_MS = 100;
const IDLE_ABSENT_MS = 2500;
const BUSY_ABSENT_MS = 750;
/** After so long its part goes to the others. */
const FORGOTTEN_MS = 90_000;
/** How long after a loss of the state the instances are believed that knew of others. */
const REUNION_MS = 10_000;
/** The numbers of LIMITER-6. */
const SAME_BURST_MS = 2000;
const RECOVERY_STEP_MS = 5000;
/** Above the time in which a report must be answered. */
const TOO_OLD_MS = 1000;
/** So much lost time is made up for at most. */
const CATCH_UP_MS = 2000;
/** No two turns are nearer than this part of their distance. */
const SHORTEST_PART = 0.75;
/** Sends of instances that are new to this state are older at most. */
const SENT_MS = 10_000;
/** The part of the slack that the windows are longer by, for what happens on the way. The rest is for making up. */
const WINDOW_PART = 0.8;
/** A state whose turns are further ahead counts as lost. */
const MOST_AHEAD_MS = 120_000;
/** Within this time after the first, the others are back too. */
const REJOINING_MS = 1500;
/** Reports say no longer time since the last turn that was given out. */
const MOST_BEHIND_MS = 60_000;
/** How far beyond the next report turns are given out. */
const SPARE_MS = 45;

export const QUOTA_SCRIPT = `
local key, id, pool, leaving = KEYS[1], ARGV[1], ARGV[2], ARGV[11] == '1'
local set, held, ahead, known = tonumber(ARGV[3]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local want = {tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])}
-- How long a report and its answer are under way.
local way = tonumber(ARGV[17])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000

-- A report that waited for a Redis that did not work is from an instance that uses its own part by now.
local sent = tonumber(ARGV[14])
if sent ~= nil and now - sent > ${TOO_OLD_MS} then return {math.floor(now * 1000)} end

local s
local raw = redis.call('GET', key)
if raw then
  local ok, value = pcall(cmsgpack.unpack, raw)
  if ok and type(value) == 'table' and value.version == 1 then s = value end
end
-- The clock was set: what was is as long ago as before.
local function setBy(ms)
  for _, name in ipairs({'next', 'last', 'born', 'cutAt', 'since', 'backAt'}) do s[name] = (s[name] or 0) + ms end
  for i = 1, #s.log do s.log[i] = s.log[i] + ms end
  for _, m in pairs(s.members) do
    m.seen = m.seen + ms
    if m.next ~= nil then m.next = m.next + ms end
    for i = 1, #m.box do m.box[i] = m.box[i] + ms end
  end
end
if s ~= nil and now < s.at then
  setBy(now - s.at)
end
-- By its own clock an instance knows how long ago its last answer was: so it shows that the clock was set forward. Where
-- others have reported meanwhile, the instance itself was stopped, and a state without what it has reported is an older one.
local knew = s ~= nil and not leaving and s.members[id] or nil
if knew and knew.next and (knew.told or 0) >= tonumber(ARGV[13]) and ahead > -${MOST_BEHIND_MS} then
  local by = math.min(now - s.at, now + ahead - knew.next)
  if by > ${TOO_OLD_MS} then setBy(by) end
end
-- Nothing is given so far ahead: this is not from the script.
if s ~= nil and math.max(s.next, s.last, s.log[#s.log] or 0) > now + ${MOST_AHEAD_MS} then s = nil end
local fresh = s == nil
if fresh then
  s = {version = 1, next = 0, last = 0, credit = 0, at = now, born = now, expected = 0, fraction = 1, cutAt = 0,
       since = now, granted = true, turn = 0, given = 0, members = {}, pools = {}, log = {}}
end
s.at = now

local function busy(m) return m.want[1] + m.want[2] + m.want[3] > 0 end
local function reduce(m, by)
  for class = 1, 3 do
    local taken = math.min(m.want[class], by)
    m.want[class] = m.want[class] - taken
    by = by - taken
  end
end
local function class(m) return m.want[1] > 0 and 1 or m.want[2] > 0 and 2 or 3 end

local function patience(m)
  return (busy(m) and math.max(${BUSY_ABSENT_MS}, 3 * (s.poll or 0)) or ${IDLE_ABSENT_MS}) + (m.way or 0)
end

-- Who is here.
local me = s.members[id]
if leaving then
  s.members[id] = nil
else
  if me == nil then
    me = {pool = pool, turn = 0, want = {0, 0, 0}, box = {}, seen = now}
    if known > 1 then s.backAt = now end
    s.members[id] = me
  end
  me.alone = ARGV[18] == '1'
  if me.alone or now - me.seen > patience(me) then s.backAt = now end
  me.seen, me.set, me.pool, me.way = now, set, pool, way
end
-- What counts is when calls were sent. A state that was lost learns of all of them once more.
local regained, after, upTo = 0, tonumber(ARGV[13]), tonumber(ARGV[15])
local function outcome(given, sent)
  local found = false
  for i = #s.log, 1, -1 do
    if s.log[i] < given - 0.01 then break end
    if s.log[i] < given + 0.01 then
      table.remove(s.log, i)
      found = true
      break
    end
  end
  if sent < 0 then
    if found then regained = regained + 1 end
  elseif found or sent > now - ${SENT_MS} then
    sent = math.min(sent, now)
    local i = #s.log
    while i > 0 and s.log[i] > sent do i = i - 1 end
    table.insert(s.log, i + 1, sent)
  end
end
if me ~= nil then
  me.told = me.told or 0
  if me.told >= after and me.told < upTo then
    local _, count = string.gsub(ARGV[16], ',', '')
    local number = upTo - count
    for given, sent in string.gmatch(ARGV[16], '(%-?%d+),(%-?%d+)') do
      number = number + 1
      if number > me.told then outcome(tonumber(given) / 1000, tonumber(sent) / 1000) end
    end
    me.told = upTo
  end
  -- It is back, and has not said yet what it sent.
  me.owes = me.told < upTo
end
local all, live, mates, place, lowest, poolBusy, anyBusy = 0, {}, 0, 0, set, false, false
local present, silent, unseenMs, unseenSecondMs = 0, 0, 0, 0
local rejoining = now - (s.backAt or 0) < ${REJOINING_MS}
for other, m in pairs(s.members) do
  local age = now - m.seen
  if age > ${FORGOTTEN_MS} then
    s.members[other] = nil
  else
    all = all + 1
    lowest = math.min(lowest, m.set)
    if other < id then place = place + 1 end
    if m.pool == pool then mates = mates + 1 end
    if m.owes then
      unseenMs, silent, unseenSecondMs = unseenMs + ${SENT_MS}, silent + 1, unseenSecondMs + 1000
    elseif age > ((busy(m) or rejoining) and (s.poll or 0) or ${HEARTBEAT_MS}) + (m.way or 0) + ${LATE_REPORT_MS} then
      unseenMs, silent = unseenMs + math.min(age, ${SENT_MS}), silent + 1
      unseenSecondMs = unseenSecondMs + math.min(age, 1000)
    elseif m.alone and rejoining then
      -- It may have used its part while its report was under way.
      unseenMs, silent, unseenSecondMs = unseenMs + age + m.way, silent + 1, unseenSecondMs + age + m.way
    end
    if age <= patience(m) then
      live[other] = m
      present = present + 1
      if busy(m) then
        anyBusy = true
        if m.pool == pool then poolBusy = true end
      end
    end
  end
end
if now - s.born < ${REUNION_MS} then
  s.expected = math.max(s.expected, known)
  s.fraction = math.min(s.fraction, tonumber(ARGV[12]))
else
  s.expected = 0
end
local instances = math.max(all, s.expected)
-- Who is silent may have used its part by itself, and reports that once it is back.
silent, unseenMs = silent + instances - all, unseenMs + (instances - all) * ${SENT_MS}
unseenSecondMs = unseenSecondMs + (instances - all) * 1000
local unseen, unseenInSecond = lowest * unseenMs / instances / 1000, lowest * unseenSecondMs / instances / 1000
-- Where they come back one after the other, nobody knows which of them had the last turn.
if rejoining then unseen = unseen + silent end

-- The rate: halved by a throttle, recovering, and without the parts of those who use them by themselves.
if ARGV[10] == '1' then
  s.since = now
  if s.granted and now >= s.cutAt + ${SAME_BURST_MS} then
    s.fraction = math.max(s.fraction / 2, 1 / 16, math.min(1, 0.2 / lowest))
    s.cutAt, s.granted, s.next, s.credit = now, false, math.max(s.next, now), 0
  end
end
if s.fraction < 1 then
  local steps = math.floor((now - s.since) / ${RECOVERY_STEP_MS})
  s.fraction = math.min(1, s.fraction + steps / 10)
  s.since = s.since + steps * ${RECOVERY_STEP_MS}
end
local current = math.max(0.1, math.floor(lowest * s.fraction * 10 + 1e-9) / 10)
if s.fraction >= 1 then current = lowest end
local margin = math.max(${SHARED_MARGIN.least}, math.min(${SHARED_MARGIN.most}, ${SHARED_MARGIN.evenSecond} * lowest / (lowest + 2)))
local turn = 1000 * margin / (current * math.max(1, present) / math.max(1, instances))
local poll = math.min(1000, math.max(40, math.min(250, turn / 2), 3 * present))
-- Until the answer to the next report is there.
local horizon = poll + ${SPARE_MS} + 1.5 * way
s.poll = poll

-- A turn that somebody waited for and nobody got is made up for, as far as the windows allow; unused time is not saved.
-- What the instance knows of it was so when it sent the report.
s.next = math.max(s.next, math.min(now, math.max(sent or 0, now - way)) + ahead)
s.credit = math.min(${CATCH_UP_MS}, s.credit + regained * turn)
if anyBusy and present >= instances then
  s.next = math.max(s.next, now - ${CATCH_UP_MS})
else
  s.next, s.credit = math.max(s.next, now), 0
end
-- Nobody knows what was given out before.
if fresh then s.next = math.max(s.next, now + horizon) end
s.next = math.min(s.next, math.max(now + horizon, s.last) + turn)

local full, long = 1000 * margin / lowest, math.max(10000, 1000 / lowest)
local inLong, inSecond = math.max(1, math.floor(lowest * 10 + 1e-9)), math.floor(lowest + 2)
local atMostInSecond = math.max(1, math.floor(inSecond - unseenInSecond + 1e-9))
local longMs = long + ${WINDOW_PART} * (inLong * full - long)
local secondMs = 1000 + ${WINDOW_PART} * (inSecond * full - 1000)
local atMost = math.floor(inLong - unseen + 1e-9)
if not rejoining then atMost = math.max(1, atMost) end
-- The moment of the next turn.
local function moment()
  if atMost < 1 then return math.huge end
  local n = #s.log
  local at = math.max(now + way / 2, s.last + turn * ${SHORTEST_PART})
  if s.credit < turn then at = math.max(at, s.next) end
  if n >= atMostInSecond then at = math.max(at, s.log[n - atMostInSecond + 1] + secondMs) end
  if n >= atMost then at = math.max(at, s.log[n - atMost + 1] + longMs) end
  return at
end
local function give(at)
  s.last, s.granted, s.given = at, true, (s.given or 0) + 1
  s.log[#s.log + 1] = at
  if s.credit >= turn then s.credit = s.credit - turn else s.next = s.next + turn end
end

local mine = {}
if not leaving then
  -- Who comes back has saved nothing.
  local p = s.pools[pool]
  if p == nil then
    p = {turn = 0, inner = 0}
    s.pools[pool] = p
  end
  if not poolBusy then p.turn = math.max(p.turn, s.turn) end
  if not busy(me) then me.turn = math.max(me.turn, p.inner) end
  for _, at in ipairs(me.box) do
    if at > now - 200 then mine[#mine + 1] = at end
  end
  me.box, me.want = {}, want
  reduce(me, held + #mine)

  -- What the instance sent may not be known here: then it reports again at once, with all of it.
  local at = me.told < upTo and math.huge or moment()
  while at <= now + horizon and #mine < 200 do
    local best, bestId, bestClass, bestPool
    for other, m in pairs(live) do
      -- Another instance must be able to fetch it in time.
      if busy(m) and (m == me or at >= m.seen + poll + 15 + 1.5 * (m.way or 0)) then
        local c, q = class(m), s.pools[m.pool]
        local before = best == nil or c < bestClass
        if not before and c == bestClass then
          if q.turn ~= bestPool.turn then before = q.turn < bestPool.turn
          elseif m.pool ~= best.pool then before = m.pool < best.pool
          elseif m.turn ~= best.turn then before = m.turn < best.turn
          else before = other < bestId end
        end
        if before then best, bestId, bestClass, bestPool = m, other, c, q end
      end
    end
    if best == nil then break end
    reduce(best, 1)
    s.turn = bestPool.turn
    bestPool.turn = bestPool.turn + 1
    bestPool.inner = best.turn
    best.turn = best.turn + 1
    if best == me then mine[#mine + 1] = at else best.box[#best.box + 1] = at end
    give(at)
    at = moment()
  end
end
-- From when on an instance that cannot report any more may take the turns of its place: these are even, and nobody counts
-- them, so what was given before has to leave room for them in each window. Others may get turns later than now.
local ownFrom = math.max(now, s.last + turn)
do
  local n, even = #s.log, 1000 * margin / current
  for back = 1, math.min(n, inLong) do
    ownFrom = math.max(ownFrom, s.log[n - back + 1] + longMs - (atMost - back) * even)
  end
  for back = 1, math.min(n, inSecond) do
    ownFrom = math.max(ownFrom, s.log[n - back + 1] + secondMs - (atMostInSecond - back) * even)
  end
end
local extra = #s.log - math.max(inLong, inSecond)
if extra > 0 then
  local rest = {}
  for i = extra + 1, #s.log do rest[#rest + 1] = s.log[i] end
  s.log = rest
end

if me ~= nil then me.next = s.next end
local used = {}
for _, m in pairs(s.members) do used[m.pool] = true end
for name in pairs(s.pools) do
  if not used[name] then s.pools[name] = nil end
end
redis.call('SET', key, cmsgpack.pack(s), 'PX', ${KEPT_MS})

local function bounded(ms) return math.ceil(math.max(-${MOST_AHEAD_MS}, math.min(ms, ${MOST_AHEAD_MS})) * 1000) end
local answer = {math.floor(now * 1000 + 0.5), math.ceil((s.next - now) * 1000), instances, mates,
                all >= instances and place or -1,
                math.floor(lowest * 1000 + 0.5), math.floor(current * 1000 + 0.5), math.ceil(poll), me ~= nil and me.told or 0, s.given or 0,
                bounded(ownFrom - now), bounded(silent > 0 and -1 or moment() - horizon - now), bounded(horizon + turn)}
for _, at in ipairs(mine) do answer[#answer + 1] = math.floor((at - now) * 1000 + 0.5) end
return answer
`;
