-- A stateless forwarder: every request goes to its Request-URI.
local policy = { stateless = true }

function policy.request(req)
  req:forward()
end

return policy
