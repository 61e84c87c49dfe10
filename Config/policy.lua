-- The policy of a small office: who may register, who may call whom, and what happens when nobody answers.
--
-- A policy is a table of handlers. `request` is called for every request that the server has to decide about; it runs
-- from top to bottom and waits in place, while other calls go on. By then the server has done what the protocol asks
-- of it: parsing and checks, retransmissions, CANCEL and the ACK of failures, the Route header, OPTIONS for itself.
--
-- What can be called here is in Docs/policy-reference.md; what the settings are, in the `policy:` part of moonwire.yaml.

local sip       = require "sip"
local registrar = require "sip.registrar"
local auth      = require "sip.auth"

-- How long a phone may ring, in seconds.
local RING_TIME = sip.config.ring_time or 30

-- Where calls go that nobody took, for instance "sip:voicemail@10.0.0.5"; without it they simply fail.
local VOICEMAIL = sip.config.voicemail

local policy = {}

-- Calls to one of our own users.
local function call_user(req)
  local contacts, err = registrar.lookup(req.uri)
  if not contacts then
    -- "unknown": nobody of that name has ever registered; otherwise the phone is only switched off.
    if err.kind == "unknown" then return req:reply(404) end
    if not (VOICEMAIL and req.method == "INVITE") then return req:reply(480) end
    req.headers:set("Diversion", ("<%s>;reason=unavailable"):format(req.uri))
    return req:relay(VOICEMAIL)
  end

  -- All phones of the user ring; the first to answer gets the call and the others are cancelled. What else they
  -- answer, the caller hears of: the best response of all goes back when this function ends.
  local outcome = req:fork(contacts, { timeout = RING_TIME })
  if not VOICEMAIL or req.method ~= "INVITE" or outcome.finished then return end

  -- Busy, or no answer: voicemail, as part of the same call.
  if outcome.status == 486 or outcome.timed_out then
    local why = outcome.timed_out and "no-answer" or "user-busy"
    req.headers:set("Diversion", ("<%s>;reason=%s"):format(req.uri, why))
    req:relay(VOICEMAIL)
  end
end

function policy.request(req)
  -- Part of a call that was set up through here: a token in the route set proves it, and the route set says where to.
  if req.in_dialog then return req:relay() end

  -- The ACK of a call that we did not stay in the path of; it matches an INVITE that was answered through here.
  if req.method == "ACK" then return req:relay() end

  if req.method == "REGISTER" then
    local user = auth.require(req)                      -- answers 401 by itself when it must
    if user then registrar.save(req, { user = user }) end
    return
  end

  -- Whoever says to be one of ours, or wants to be relayed elsewhere, proves it: strangers may call our users, and no
  -- more. The configured trusted peers (gateways, trunks) are believed.
  if not req.is_trusted and (req.from.uri.is_local or not req.uri.is_local) then
    if not auth.require(req) then return end            -- 407, or 403 for somebody else's name
  end

  -- A To tag without a token of ours: a call that we know nothing of.
  if req.has_to_tag and req.uri.is_local then return req:reply(481) end

  req:record_route()                                    -- stay in the path of every call
  if not req.uri.is_local then return req:relay() end   -- out into the world
  call_user(req)
end

return policy
