---@meta sip.auth

---Digest authentication (RFC 3261 §22, RFC 7616, RFC 8760).
---@class sip.auth
local sip_auth = {}

---The user who sent the request, or nil, having answered 401, 407 or 403.
---ACK and CANCEL are never challenged: they belong to an INVITE that was.
---Waits, when it must.
---In: request, sip.spawn or sip.every.
---@param req request
---@param options? { realm?: string, users?: table|fun(name: string, realm: string): table?, algorithms?: string[], proxy?: boolean, identity?: boolean }
---@return string? user As name@realm.
function sip_auth.require(req, options) end

---The same without an answer.
---Waits, when it must.
---In: request, sip.spawn or sip.every.
---@param req request
---@param options? { realm?: string, users?: table|fun(name: string, realm: string): table?, algorithms?: string[], proxy?: boolean, identity?: boolean }
---@return string? user As name@realm.
---@return table? err Its kind is missing, wrong, stale or identity.
function sip_auth.check(req, options) end

return sip_auth
