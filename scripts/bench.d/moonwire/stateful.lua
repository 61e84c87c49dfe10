-- A stateful call with Record-Route to the address in the Request-URI.
local policy = {}

function policy.request(req)
  if req.in_dialog then return req:relay() end
  req:record_route()
  req:relay()
end

return policy
