import SIPPolicy
import SIPTestKit
import Testing

@Suite("Stores, settings, data, JSON, logs and metrics")
struct ModuleTests {
    @Test("a store keeps plain values, for their time, within its bound")
    func store() throws {
        let values = try PolicyWorld.values(
            """
            local s = sip.store("a", { ttl = 10, max = 2 })
            s:set("x", { 1, 2, name = nil })
            s:set("y", "why", 3)
            local full = s:set("z", 1)
            local first = s:get("x")[2] .. s:get("y") .. s:count()
            sip.sleep(5)
            local second = tostring(s:get("y")) .. s:count()
            s:set("z", true)
            local keys = {}
            for k, v in s:each() do keys[#keys + 1] = k end
            local gone, deleted = s:delete("nothing"), s:delete("x")
            return full, first, second, table.concat(keys, ","), gone, deleted, sip.store("a") == s
            """)
        #expect(values == ["false", "2why2", "nil1", "x,z", "false", "true", "true"])
    }

    @Test("incr counts from 0 and keeps the time of the first")
    func increment() throws {
        let values = try PolicyWorld.values(
            """
            local s = sip.store("n")
            local a, b, c = s:incr("k"), s:incr("k", 5, 10), s:incr("t", 1, 2)
            sip.sleep(3)
            s:set("text", "x")
            local bad, err = s:incr("text")
            return a, b, c, s:incr("t"), bad, err.kind
            """)
        #expect(values == ["1", "6", "1", "1", "nil", "store"])
    }

    @Test("all shards see one store")
    func shared() throws {
        let world = try PolicyWorld("sip.store('n'):incr('calls') req:reply(200)")
        let alice = world.phone("alice", "10.0.0.10")
        for _ in 0..<20 { alice.request("MESSAGE", "sip:bob@example.com") }
        world.advance(1)
        #expect(world.runners.allSatisfy { $0.counters.runs > 0 })
        #expect(world.environment.stores.counts(now: 0) == ["n": 1])
        let runs = world.counters.runs
        #expect(runs == 20)
    }

    @Test("what no store can keep raises")
    func storeRefuses() throws {
        #expect(
            try PolicyWorld.failure("sip.store('a'):set('k', function() end)")
                == "policy.lua:5: a store keeps strings, numbers, booleans and tables of them")
    }

    @Test("settings are read-only")
    func config() throws {
        let settings: [String: PolicyValue] = [
            "voicemail": .string("sip:v@x"), "list": .list([.int(1), .int(2)]), "deep": .map(["on": .bool(true)]),
        ]
        let values = try PolicyWorld.values(
            """
            return sip.config.voicemail, sip.config.list[2], sip.config.deep.on, sip.config.none,
              pcall(function() sip.config.voicemail = "x" end)
            """, settings: settings)
        #expect(values.prefix(5) == ["sip:v@x", "2", "true", "nil", "false"])
    }

    @Test("data of a file by key and by longest prefix")
    func data() throws {
        let policy = """
            local sip = require "sip"
            local prefixes = sip.table("prefixes.csv")
            local policy = {}
            function policy.request(req)
              local a, key = prefixes:longest_prefix("493012345")
              local list = prefixes:get("1")
              req:reply(200, a .. " " .. key .. " " .. list[1] .. "|" .. list[2] .. " " .. tostring(prefixes:get("9"))
                .. tostring(prefixes:longest_prefix("7")))
            end
            return policy
            """
        let world = try PolicyWorld(
            policy, files: ["prefixes.csv": "# prefix,where\n49,germany\n4930, berlin\n1,\"usa, north\",x\n"])
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        #expect(exchange.final?.reason == "berlin 4930 usa, north|x nilnil")
        #expect(
            PolicyWorld.loadFailure(["policy.lua": "require('sip').table('none.csv')"])?
                .hasPrefix("policy.lua:1: there is no file 'none.csv'") == true)
    }

    @Test("JSON there and back, and what is none")
    func json() throws {
        let values = try PolicyWorld.values(
            #"""
            local v = json.decode('{"a":[1,2.5,"x\\u00e9\\n",true,null],"b":{"c":-3}}')
            local bad, err = json.decode('{"a":01}')
            return v.a[1], v.a[2], v.a[3], v.a[4], v.b.c, bad, err.kind,
              json.encode({ z = 1, a = { "q\"", false } }), json.encode({ 1, 2 }), json.decode("[1] x")
            """#)
        #expect(
            values == [
                "1", "2.5", "x\u{e9}", "", "true", "-3", "nil", "syntax", #"{"a":["q\"",false],"z":1}"#, "[1,2]", "nil",
                "no JSON at byte 5",
            ])
    }

    @Test("logs carry level, fields and Call-ID; print is info")
    func logs() throws {
        let world = try PolicyWorld(
            "sip.log.warn('text', { b = 2, a = req.uri }) print('x', 1, nil) req:reply(200)")
        world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        let first = try #require(world.log.entries.first)
        #expect(first.level == .warning)
        #expect(first.fields == [.init("a", "sip:bob@example.com"), .init("b", "2")])
        #expect(first.callID?.hasSuffix("@alice") == true)
        #expect(world.log.texts == ["text", "x\t1\tnil"])
    }

    @Test("metrics count by labels")
    func metrics() throws {
        let world = try PolicyWorld(
            """
            local sip = require "sip"
            local calls = sip.metric.counter{ name = "calls_total", help = "Calls." }
            local load = sip.metric.gauge{ name = "load" }
            local time = sip.metric.histogram{ name = "time", buckets = { 1, 5 } }
            local policy = {}
            function policy.request(req)
              calls:add(1, { method = req.method })
              calls:add(2, { method = req.method })
              load:set(7)
              time:observe(3)
              req:reply(200)
            end
            return policy
            """)
        world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        let all = world.environment.metrics.all
        #expect(all.map(\.name) == ["calls_total", "load", "time"])
        #expect(all[0].values["method=\"MESSAGE\""]?.number == 3)
        #expect(all[1].values[""]?.number == 7)
        #expect(all[2].values[""]?.bucketCounts == [0, 1])
    }
}
