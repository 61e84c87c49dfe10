---@meta sip.registrar

---The registrar and the location service.
---@class sip.registrar
local sip_registrar = {}

---Does what a REGISTER asks for (RFC 3261 §10.3), and answers it.
---In: request, sip.spawn or sip.every.
---@param req request
---@param options? { user?: string, max_contacts?: integer, min_expires?: integer, max_expires?: integer }
---@return boolean saved
function sip_registrar.save(req, options) end

---The contacts of an address-of-record, best first, or nil and an error.
---In: request, response, startup, shutdown, registered, unregistered, on_reply, on_branch, sip.spawn or sip.every, users.
---@param uri uri|string An address-of-record.
---@return contact[]? contacts
---@return table? err Its kind is unknown or unregistered.
function sip_registrar.lookup(uri) end

---Removes one contact, or all, and says how many went.
---In: request, response, startup, shutdown, registered, unregistered, on_reply, on_branch, sip.spawn or sip.every, users.
---@param uri uri|string An address-of-record.
---@param contact? string|uri|contact|table
---@return integer count
function sip_registrar.unregister(uri, contact) end

---Whether there is a contact now.
---In: request, response, startup, shutdown, registered, unregistered, on_reply, on_branch, sip.spawn or sip.every, users.
---@param uri uri|string An address-of-record.
---@return boolean registered
function sip_registrar.is_registered(uri) end

return sip_registrar
