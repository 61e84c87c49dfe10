---@meta

---A request that waits for a decision.
---@class request
---@field method string The method; for a response that of its CSeq. (read-only)
---@field call_id string The Call-ID. (read-only)
---@field cseq integer The number of the CSeq. (read-only)
---@field user_agent? string User-Agent, or a response's Server. (read-only)
---@field from nameaddr From. (read-only)
---@field to nameaddr To. (read-only)
---@field contact? nameaddr The first Contact. (read-only)
---@field headers headers All header fields. (read-only)
---@field body? string The body; assigning sets Content-Length.
---@field content_type? string Content-Type.
---@field sdp? table The body as a session description, read-only. (read-only)
---@field uri uri|string The Request-URI.
---@field source endpoint Where it came from. (read-only)
---@field listener endpoint The address of this server that it was sent to. (read-only)
---@field in_dialog boolean A To tag and a Route of ours that verifies; never for REGISTER. (read-only)
---@field has_to_tag boolean Whether To has a tag; anybody can write one. (read-only)
---@field is_first_hop boolean Whether no other proxy was between the sender and here. (read-only)
---@field is_trusted boolean Whether the source is one of the configured trusted peers. (read-only)
---@field secure boolean Whether it came over an encrypted transport. (read-only)
---@field cancelled boolean Whether the caller has cancelled. (read-only)
---@field route uri[] What is left of the route set. (read-only)
---@field route_params table The parameters that record_route put into the dialog's route. (read-only)
---@field ctx table A table of the policy's own, for the life of the transaction. (read-only)
---@field user? string Who auth.require found, as name@realm. (read-only)
local request = {}

---Answers the request. A final status finishes it.
---In: request, sip.spawn or sip.every.
---@param status integer|response 100 to 699, or a response to send.
---@param reason? string The reason phrase; the standard's by default.
---@param options? { headers?: table, body?: string, type?: string }
function request:reply(status, reason, options) end

---Answers 3xx with a Contact list.
---In: request, sip.spawn or sip.every.
---@param target string|uri|contact|table Where the caller is to go; a list, best first or by q.
---@param options? { status?: integer }
function request:redirect(target, options) end

---Sends the request on, statefully, and waits for what comes of it.
---Waits, when it must.
---In: request, sip.spawn or sip.every.
---@param target? string|uri|contact|table Where to; the Request-URI by default.
---@param options? { timeout?: number, total?: number, dead_after?: number, failover?: integer|integer[], on_reply?: fun(res: response), on_branch?: fun(branch: branch), retry_3xx?: boolean }
---@return outcome outcome
function request:relay(target, options) end

---Sends the request to several targets and waits for what comes of it.
---Waits, when it must.
---In: request, sip.spawn or sip.every.
---@param targets string|uri|contact|table A list of targets.
---@param options? { timeout?: number, total?: number, dead_after?: number, failover?: integer|integer[], on_reply?: fun(res: response), on_branch?: fun(branch: branch), retry_3xx?: boolean, order?: string }
---@return outcome outcome
function request:fork(targets, options) end

---Sends the request on without keeping anything; not after a wait.
---In: request, sip.spawn or sip.every.
---@param target? string|uri|contact|table
---@return boolean sent
function request:forward(target) end

---Gives no answer; repeats are absorbed.
---In: request, sip.spawn or sip.every.
function request:drop() end

---Stays in the path of the dialog that the request makes.
---In: request, sip.spawn or sip.every.
---@param params? table Parameters that in-dialog requests bring back.
function request:record_route(params) end

---A response. In on_reply an edit goes upstream; elsewhere it changes this copy alone.
---@class response
---@field method string The method; for a response that of its CSeq. (read-only)
---@field call_id string The Call-ID. (read-only)
---@field cseq integer The number of the CSeq. (read-only)
---@field user_agent? string User-Agent, or a response's Server. (read-only)
---@field from nameaddr From. (read-only)
---@field to nameaddr To. (read-only)
---@field contact? nameaddr The first Contact. (read-only)
---@field headers headers All header fields. (read-only)
---@field body? string The body; assigning sets Content-Length.
---@field content_type? string Content-Type.
---@field sdp? table The body as a session description, read-only. (read-only)
---@field status integer The status code. (read-only)
---@field reason string The reason phrase. (read-only)
local response = {}


---The copy of a request that goes to one target; edits are of this copy alone.
---@class branch
---@field method string The method; for a response that of its CSeq. (read-only)
---@field call_id string The Call-ID. (read-only)
---@field cseq integer The number of the CSeq. (read-only)
---@field user_agent? string User-Agent, or a response's Server. (read-only)
---@field from nameaddr From. (read-only)
---@field to nameaddr To. (read-only)
---@field contact? nameaddr The first Contact. (read-only)
---@field headers headers All header fields. (read-only)
---@field body? string The body; assigning sets Content-Length.
---@field content_type? string Content-Type.
---@field sdp? table The body as a session description, read-only. (read-only)
---@field uri uri|string The copy's Request-URI.
local branch = {}


---The header fields of a message; `headers["Subject"]` is the first value or nil. Names are the same in any case and in their compact form. Via, Record-Route, Route, Max-Forwards, Content-Length, CSeq and Call-ID are the core's.
---@class headers
---@field [string] any
local headers = {}

---All values, in order; fields that are lists are divided at their commas.
---@param name string The name, in any case, compact or not.
---@return string[] values
function headers:all(name) end

---Replaces all fields of the name by one; nil removes them.
---@param name string The name, in any case, compact or not.
---@param value? string
function headers:set(name, value) end

---Adds a field behind the others of its name.
---@param name string The name, in any case, compact or not.
---@param value string
function headers:add(name, value) end

---Adds a field before the others of its name.
---@param name string The name, in any case, compact or not.
---@param value string
function headers:prepend(name, value) end

---Removes all fields of the name, and says how many there were.
---@param name string The name, in any case, compact or not.
---@return integer count
function headers:remove(name) end

---Whether there is such a field.
---@param name string The name, in any case, compact or not.
---@return boolean present
function headers:has(name) end

---A URI (RFC 3261 §19.1, RFC 3966). Parts are unescaped; what is absent is nil.
---@class uri
---@field scheme string `sip`, `sips`, `tel`, …, in small letters. (read-only)
---@field user? string The user, or the number of a tel URI. (read-only)
---@field password? string The password. (read-only)
---@field host? string The host, an IPv6 address in brackets. (read-only)
---@field port? integer The port. (read-only)
---@field params table The parameters by name, as a copy; one without a value is true. (read-only)
---@field headers table The headers by name, as a copy. (read-only)
---@field is_local boolean Whether it is this server's or one of its domains'. (read-only)
---@field aor? string The canonical address-of-record, `sip:user@host`. (read-only)
local uri = {}


---From, To or the first Contact (RFC 3261 §20.10).
---@class nameaddr
---@field uri uri The URI. (read-only)
---@field display? string The display name without quotes. (read-only)
---@field tag? string The tag. (read-only)
---@field params table The header field's parameters by name, as a copy. (read-only)
local nameaddr = {}


---One end of the way that a message took.
---@class endpoint
---@field ip string The address, IPv6 without brackets. (read-only)
---@field port integer The port. (read-only)
---@field transport string `udp`, `tcp`, `tls`, `ws` or `wss`. (read-only)
local endpoint = {}

---Whether the address is in a network.
---@param network string|string[] `10.0.0.0/8`, `2001:db8::/32`, an address, or a list.
---@return boolean inside
function endpoint:is_in(network) end

---What relay or fork came to.
---@class outcome
---@field status? integer The best status of all branches so far; nil for ACK. (read-only)
---@field reason? string Its reason phrase. (read-only)
---@field ok boolean Whether the status is a 2xx; for ACK, whether it was sent. (read-only)
---@field response? response The best response. (read-only)
---@field target? uri The target that gave it. (read-only)
---@field cancelled boolean Whether the caller cancelled. (read-only)
---@field timed_out boolean Whether a time limit ended a branch. (read-only)
---@field finished boolean Whether the request has its final response. (read-only)
---@field branches integer How many branches were started. (read-only)
local outcome = {}


---A contact that was registered (RFC 3261 §10). It can be given to relay and fork.
---@class contact
---@field uri uri The URI as it was registered. (read-only)
---@field q number The preference, 0 to 1. (read-only)
---@field expires integer Seconds until the binding ends. (read-only)
---@field path? string Path (RFC 3327). (read-only)
---@field source endpoint Where the REGISTER came from. (read-only)
---@field instance? string +sip.instance (RFC 5626). (read-only)
---@field user_agent? string The User-Agent of the REGISTER. (read-only)
---@field methods? string The methods that the contact takes (RFC 3840). (read-only)
---@field aor? string The address-of-record. (read-only)
local contact = {}


---A dictionary of plain values, shared by all shards.
---@class store
local store = {}

---The value, or nil.
---@param key string
---@return any value
function store:get(key) end

---Keeps a plain value; nil deletes.
---@param key string
---@param value? any
---@param ttl? number Seconds, instead of the store's own.
---@return boolean stored False when the store is full.
function store:set(key, value, ttl) end

---Adds to a number, which begins at 0, and gives the sum.
---@param key string
---@param by? integer 1 by default.
---@param ttl? number Seconds, instead of the store's own.
---@return integer? sum
function store:incr(key, by, ttl) end

---Forgets a key.
---@param key string
---@return boolean existed
function store:delete(key) end

---How many keys there are.
---@return integer count
function store:count() end

---An iterator over a copy: `for key, value in store:each() do`.
function store:each() end

---A metric; labels are a table of strings.
---@class metric
local metric = {}

---Adds to a counter or gauge; only a gauge can fall.
---@param amount? number 1 by default.
---@param labels? table
function metric:add(amount, labels) end

---Sets a gauge.
---@param level number
---@param labels? table
function metric:set(level, labels) end

---Adds to a histogram.
---@param amount number
---@param labels? table
function metric:observe(amount, labels) end

---Read-only data from a file.
---@class datatable
local datatable = {}

---What stands behind the key: a string, a list when there are several cells, or nil.
---@param key string
---@return any value
function datatable:get(key) end

---What stands behind the longest key that the text begins with, and that key.
---@param digits string
---@return any value
---@return string? prefix
function datatable:longest_prefix(digits) end

---Logs its arguments as an info message.
---@param ... any
function print(...) end
