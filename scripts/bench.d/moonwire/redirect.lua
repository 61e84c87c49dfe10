-- 302 to the user at another address.
local policy = {}

function policy.request(req)
  req:redirect("sip:" .. req.uri.user .. "@127.0.0.1:25060")
end

return policy
