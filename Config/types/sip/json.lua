---@meta sip.json

---JSON (RFC 8259).
---@class sip.json
local sip_json = {}

---The text of a plain value; an empty table is an object.
---@param value any
---@return string text
function sip_json.encode(value) end

---The value of a text, or nil and an error; null is nil.
---@param text string
---@return any value
---@return table? err
function sip_json.decode(text) end

return sip_json
