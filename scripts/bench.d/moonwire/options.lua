-- OPTIONS to the server itself is answered before any policy runs.
local policy = {}

function policy.request(req)
  req:reply(404)
end

return policy
