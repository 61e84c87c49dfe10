---@meta sip

---Waiting, parallel work, URIs, stores, logs and metrics.
---@class sip
---@field config table The configuration's policy settings, read-only. (read-only)
---@field retired boolean Whether a newer load of the policy has taken over. (read-only)
---@field log sip.log
---@field metric sip.metric
local sip = {}

---The URI that a text is, or nil and an error.
---@param text string
---@return uri? uri
---@return table? err
function sip.uri(text) end

---Waits.
---Waits.
---In: request, response, startup, shutdown, registered, unregistered, on_reply, sip.spawn or sip.every, users.
---@param seconds number
function sip.sleep(seconds) end

---Starts a function that goes on beside the handler and outlives it.
---In: request, response, startup, shutdown, registered, unregistered, on_reply, on_branch, sip.spawn or sip.every, users.
---@param function fun()
function sip.spawn(function) end

---Runs functions beside each other and waits for all. An error ends the others and is raised.
---Waits.
---In: request, response, startup, shutdown, registered, unregistered, on_reply, sip.spawn or sip.every, users.
---@param functions (fun(): any)[]
---@return any ... The first result of each, in order.
function sip.all(functions) end

---Runs a function again and again, on one shard; one that has not ended is not started again.
---@param seconds number
---@param function fun()
function sip.every(seconds, function) end

---Seconds since 1970.
---@return integer seconds
function sip.time() end

---The dictionary of this name, shared by all shards and kept over reloads.
---@param name string
---@param options? { ttl?: number, max?: integer }
---@return store store
function sip.store(name, options) end

---Read-only data, held once for all shards: the first cell of a line is its key. Call it at the top level.
---@param file string A file of comma-separated values beside the policy.
---@return datatable table
function sip.table(file) end

---Sends a request and waits for its final response.
---Waits.
---In: request, response, startup, shutdown, registered, unregistered, on_reply, sip.spawn or sip.every, users.
---@param options { method: string, uri: string|uri, from?: string|uri, to?: string|uri, headers?: table, body?: string, type?: string, auth?: table, route?: string, timeout?: number }
---@return response? response The final response.
---@return table? err Its kind is timeout or unreachable.
function sip.request(options) end

---Log messages; they carry the Call-ID by themselves.
---@class sip.log
local sip_log = {}

---Logs a message of this level.
---@param text string
---@param fields? table Values beside the text, by name.
function sip_log.debug(text, fields) end

---Logs a message of this level.
---@param text string
---@param fields? table Values beside the text, by name.
function sip_log.info(text, fields) end

---Logs a message of this level.
---@param text string
---@param fields? table Values beside the text, by name.
function sip_log.warn(text, fields) end

---Logs a message of this level.
---@param text string
---@param fields? table Values beside the text, by name.
function sip_log.error(text, fields) end

---Metrics for the server's metrics page.
---@class sip.metric
local sip_metric = {}

---Declares a number that only grows.
---@param options { name: string, help?: string }
---@return metric metric
function sip_metric.counter(options) end

---Declares a level.
---@param options { name: string, help?: string }
---@return metric metric
function sip_metric.gauge(options) end

---Declares a distribution.
---@param options { name: string, help?: string, buckets?: number[] }
---@return metric metric
function sip_metric.histogram(options) end

return sip
