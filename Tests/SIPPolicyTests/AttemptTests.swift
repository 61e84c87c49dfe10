import SIPPolicy
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Attempts: relay and fork")
struct AttemptTests {
    /// A policy for calls: `body` is what an INVITE outside of a dialog does.
    private func calls(_ body: String) throws -> PolicyWorld {
        try PolicyWorld(
            """
            if req.in_dialog or req.method == "ACK" then return req:relay() end
            req:record_route()
            \(body)
            """)
    }

    @Test("an outcome says what came, from whom, and in how many branches (§16.7)")
    func outcome() throws {
        let world = try calls(
            """
            local o = req:relay("sip:bob@10.0.0.20")
            sip.log.info(table.concat({ tostring(o.status), o.reason, tostring(o.ok), tostring(o.response),
              tostring(o.target),
              tostring(o.cancelled), tostring(o.timed_out), tostring(o.finished), tostring(o.branches) }, " "))
            """)
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .rejects(486)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 486)
        #expect(world.log.texts == ["486 Busy Here false 486 Busy Here sip:bob@10.0.0.20 false false false 1"])
        world.expectNothingLeft()
    }

    @Test("busy goes to voicemail as part of the same call, with Diversion")
    func voicemail() throws {
        let world = try calls(
            """
            local outcome = req:fork({ "sip:bob@10.0.0.20" }, { timeout = 30 })
            if outcome.status == 486 or outcome.timed_out then
              local why = outcome.timed_out and "no-answer" or "user-busy"
              req.headers:set("Diversion", ("<%s>;reason=%s"):format(req.uri, why))
              req:relay("sip:voicemail@10.0.0.5")
            end
            """)
        let bob = world.phone("bob", "10.0.0.20")
        let box = world.phone("voicemail", "10.0.0.5")
        for (behaviour, why) in [(PhoneBehaviour.rejects(486), "user-busy"), (.ringsOn, "no-answer")] {
            bob.behaviour = behaviour
            let call = world.phone("alice", "10.0.0.1\(why.utf8.count)").invite("sip:bob@example.com")
            world.advance(40)
            #expect(call.final == 200)
            #expect(box.last("INVITE")?["Diversion"] == "<sip:bob@example.com>;reason=\(why)")
            call.bye()
            world.advance(1)
        }
        #expect(bob.calls.last?.isCancelled == true)
        world.expectNothingLeft()
    }

    @Test("failed attempts behind it: the best of all branches goes up (§16.7 step 6)")
    func best() throws {
        let world = try calls("req:relay('sip:a@10.0.0.21')\nreq:relay('sip:b@10.0.0.22')")
        world.phone("a", "10.0.0.21").behaviour = .rejects(404)
        world.phone("b", "10.0.0.22").behaviour = .rejects(500)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 404)
        world.expectNothingLeft()
    }

    @Test("a 6xx ends its attempt; a policy that goes on sets it aside (§16.7 step 5)")
    func declined() throws {
        let world = try calls(
            "local o = req:relay('sip:a@10.0.0.21')\nsip.log.info(tostring(o.status))\nreq:relay('sip:b@10.0.0.22')")
        world.phone("a", "10.0.0.21").behaviour = .rejects(603)
        world.phone("b", "10.0.0.22").behaviour = .rejects(486)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(world.log.texts == ["603"])
        #expect(call.final == 486)
        world.expectNothingLeft()
    }

    @Test("a chosen response is sent with reply(outcome.response)")
    func chosen() throws {
        let world = try calls(
            """
            local first = req:relay("sip:a@10.0.0.21")
            local second = req:relay("sip:b@10.0.0.22")
            req:reply(second.response)
            """)
        world.phone("a", "10.0.0.21").behaviour = .rejects(404)
        world.phone("b", "10.0.0.22").behaviour = .rejects(500)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 500)
        world.expectNothingLeft()
    }

    @Test(
        "parallel rings all at once, serial one after the other, q by groups",
        arguments: [
            ("parallel", 1.0, 3), ("serial", 1.0, 1), ("q", 1.0, 2),
        ])
    func order(order: String, after: Double, count: Int) throws {
        let world = try calls(
            """
            req:fork({ { uri = "sip:a@10.0.0.21", q = 1 }, { uri = "sip:b@10.0.0.22", q = 1 },
              { uri = "sip:c@10.0.0.23", q = 0.2 } }, { order = "\(order)", timeout = 5 })
            """)
        let phones = ["a", "b", "c"].enumerated().map { world.phone($1, "10.0.0.2\($0 + 1)") }
        for phone in phones { phone.behaviour = .ringsOn }
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(after)
        #expect(phones.count { !$0.calls.isEmpty } == count)
        world.advance(20)
        #expect(phones.allSatisfy { $0.calls.count == 1 && $0.calls[0].isCancelled })
        #expect(call.final == 408)
        world.expectNothingLeft()
    }

    @Test("a 2xx ends the attempt, and the others are cancelled (§16.7 step 10)")
    func winner() throws {
        let world = try calls(
            """
            local o = req:fork({ "sip:a@10.0.0.21", "sip:b@10.0.0.22" })
            sip.log.info(tostring(o.ok) .. " " .. tostring(o.finished) .. " " .. o.target.user)
            local again = req:relay("sip:c@10.0.0.23")
            sip.log.info(tostring(again.finished))
            """)
        let a = world.phone("a", "10.0.0.21")
        a.behaviour = .ringsOn
        world.phone("b", "10.0.0.22").behaviour = .answers()
        let c = world.phone("c", "10.0.0.23")
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 200)
        #expect(a.calls.first?.isCancelled == true)
        #expect(c.calls.isEmpty)
        #expect(world.log.texts == ["true true b", "true"])
        call.bye()
        world.expectNothingLeft()
    }

    @Test("CANCEL while it rings: the outcome says cancelled, and nothing more is sent (§16.10)")
    func cancel() throws {
        let world = try calls(
            """
            local o = req:relay("sip:bob@10.0.0.20")
            sip.log.info(tostring(o.cancelled) .. " " .. tostring(o.status))
            o = req:relay("sip:voicemail@10.0.0.5")
            sip.log.info(tostring(o.cancelled))
            """)
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .ringsOn
        let box = world.phone("voicemail", "10.0.0.5")
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        call.cancel()
        world.advance(2)
        #expect(call.final == 487)
        #expect(bob.calls.first?.isCancelled == true)
        #expect(box.calls.isEmpty)
        #expect(world.log.texts == ["true 408", "true"])
        world.expectNothingLeft()
    }

    @Test("CANCEL while the handler sleeps: 487 at once, and req.cancelled")
    func cancelDuringSleep() throws {
        let world = try calls(
            """
            sip.sleep(5)
            sip.log.info(tostring(req.cancelled))
            local o = req:relay("sip:x@10.0.0.9")
            sip.log.info(tostring(o.finished))
            """
        )
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.tryingCount == 1)
        call.cancel()
        world.advance(1)
        #expect(call.final == 487)
        world.advance(5)
        #expect(world.log.texts == ["true", "true"])
        world.expectNothingLeft()
    }

    @Test("a late 2xx of a branch that timed out: a later attempt says ok, with the target that answered")
    func late() throws {
        let world = try calls(
            """
            local first = req:relay("sip:a@10.0.0.21", { timeout = 2 })
            sip.log.info(tostring(first.timed_out) .. " " .. first.status)
            local second = req:relay("sip:b@10.0.0.22", { timeout = 20 })
            sip.log.info(tostring(second.ok) .. " " .. second.target.user)
            local third = req:relay("sip:c@10.0.0.23")
            sip.log.info(tostring(third.finished) .. " " .. third.status .. " " .. third.response.status)
            """)
        let a = world.phone("a", "10.0.0.21")
        // It hears no CANCEL, and answers after the policy has gone on.
        a.behaviour = PhoneBehaviour(rings: true, status: 200, after: .seconds(Int64(4)))
        a.onCall = { _ in a.isSilent = true }
        world.phone("b", "10.0.0.22").behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(6)
        #expect(world.log.texts == ["true 408", "true a", "true 200 200"])
        #expect(call.final == 200)
        call.bye()
        a.isSilent = false
        world.expectNothingLeft(after: 80)
    }

    @Test("a second attempt at the same time raises")
    func concurrent() throws {
        let world = try calls(
            """
            local ok, why = pcall(sip.all, {
              function() return req:relay("sip:bob@10.0.0.20") end,
              function() return req:relay("sip:carol@10.0.0.21") end,
            })
            sip.log.info(tostring(ok) .. " " .. tostring(why))
            req:reply(480)
            """)
        world.phone("bob", "10.0.0.20").behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(world.log.texts.first?.contains("another attempt of this request is under way") == true)
        #expect(call.final == 480)
        world.expectNothingLeft()
    }

    @Test("an attempt of a spawned function after the handler's end raises")
    func afterTheEnd() throws {
        let world = try calls(
            "sip.spawn(function() sip.sleep(1) req:relay('sip:x@10.0.0.9') end)\nreq:relay('sip:bob@10.0.0.20')")
        world.phone("bob", "10.0.0.20").behaviour = .rejects(486)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 486)
        #expect(world.log.errors.first?.hasSuffix("the handler of this request has ended") == true)
        world.expectNothingLeft()
    }

    @Test("an error while branches are open cancels them: 500")
    func errorWithBranches() throws {
        let world = try calls(
            """
            sip.spawn(function() end)
            sip.all{ function() req:relay("sip:bob@10.0.0.20") end, function() sip.sleep(1) error("broken") end }
            """)
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 500)
        #expect(bob.calls.first?.isCancelled == true)
        #expect(world.log.errors.first?.contains("broken") == true)
        world.expectNothingLeft()
    }

    @Test("a target's own headers and route go to its branch alone")
    func targetOptions() throws {
        let world = try calls(
            """
            req:fork{ { uri = "sip:a@192.0.2.99", headers = { ["X-A"] = "1" }, route = "sip:10.0.0.21" },
              "sip:b@10.0.0.22" }
            """)
        let a = world.phone("a", "10.0.0.21")
        let b = world.phone("b", "10.0.0.22")
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(a.last("INVITE")?["X-A"] == "1")
        #expect(a.last("INVITE")?.uri == "sip:a@192.0.2.99")
        #expect(a.last("INVITE")?.all("Route") == ["<sip:10.0.0.21;lr>"])
        #expect(b.last("INVITE")?["X-A"] == nil)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("forward keeps nothing, and not after a wait")
    func forward() throws {
        let world = try PolicyWorld("if req.method == 'INFO' then sip.sleep(1) end\nreq:forward('sip:bob@10.0.0.20')")
        let bob = world.phone("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let exchange = alice.request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        #expect(exchange.status == 200)
        #expect(bob.receivedRequests("MESSAGE").count == 1)
        let late = alice.request("INFO", "sip:bob@example.com")
        world.advance(2)
        #expect(late.status == 500)
        #expect(world.log.errors == ["policy.lua:6: 'forward' is stateless and cannot come after a wait"])
    }

    @Test("what record_route keeps comes back in the dialog as route_params")
    func routeParameters() throws {
        let world = try PolicyWorld(
            """
            if req.in_dialog then
              local kept = req.route_params
              sip.log.info(req.method .. " " .. tostring(kept.billing) .. " " .. tostring(kept.flag))
              return req:relay()
            end
            req:record_route{ billing = "b42", flag = true }
            req:relay("sip:bob@10.0.0.20")
            """)
        world.phone("bob", "10.0.0.20")
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        call.bye()
        world.advance(1)
        #expect(world.log.texts == ["ACK b42 true", "BYE b42 true"])
        world.expectNothingLeft()
    }

    @Test("a relay to this server itself is a look-up: 404 without a binding, the phone with one")
    func toOurselves() throws {
        let world = try PolicyWorld(
            """
            if req.method == "REGISTER" then return registrar.save(req) end
            req:relay("sip:bob@example.com")
            """)
        let alice = world.phone("alice", "10.0.0.10")
        let nobody = alice.request("MESSAGE", "sip:x@example.com")
        world.advance(1)
        #expect(nobody.status == 404)
        let bob = world.registered("bob", "10.0.0.20")
        let found = alice.request("MESSAGE", "sip:x@example.com")
        world.advance(1)
        #expect(found.status == 200)
        #expect(bob.receivedRequests("MESSAGE").count == 1)
    }
}
