-- Registrar with digest, and calls to registered users: items register, located and fork.
local registrar = require "sip.registrar"
local auth      = require "sip.auth"

local policy = {}

function policy.request(req)
  if req.in_dialog then return req:relay() end

  if req.method == "REGISTER" then
    local user = auth.require(req)
    if user then registrar.save(req, { user = user }) end
    return
  end

  req:record_route()
  local contacts = registrar.lookup(req.uri)
  if not contacts then return req:reply(404) end
  req:fork(contacts)
end

return policy
