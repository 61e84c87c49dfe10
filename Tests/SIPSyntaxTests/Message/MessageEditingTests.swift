import SIPSyntax
import Testing

@Suite("Editing messages")
struct MessageEditingTests {
    @Test("an edit is seen at once, and by nobody who copied before")
    func sharing() throws {
        let original = try invite(["Subject: one"])
        var copy = original
        #expect(copy.isIdentical(to: original))
        copy.set(5, "two")
        #expect(copy.value(of: .subject)?.string == "two")
        #expect(original.value(of: .subject)?.string == "one")
        #expect(!copy.isIdentical(to: original))
        var third = copy
        third.set(5, "three")
        third.setRequestURI(ByteView("sip:c@example.com"))
        #expect(copy.value(of: .subject)?.string == "two")
        #expect(copy.requestURI.string == "sip:b@example.com")
        #expect(third.value(of: .subject)?.string == "three")
        #expect(third.requestURI.string == "sip:c@example.com")
    }

    @Test("an original that is edited after it was copied leaves the copy as it was")
    func originalEdited() throws {
        var original = try invite(["Subject: one"])
        original.set(5, "edited in place")
        let copy = original
        var derived = original
        derived.insert("X", "y", at: 0)
        original.set(5, "edited again")
        original.removeField(at: 0)
        #expect(copy.value(of: .subject)?.string == "edited in place")
        #expect(derived.value(of: .subject)?.string == "edited in place")
        #expect(derived.fieldNameText(at: 0).string == "X")
        #expect(copy.has(.via) && derived.has(.via) && !original.has(.via))
    }

    @Test("a copy lives on when the original is gone")
    func lifetime() throws {
        func derived() throws -> SIPMessage {
            var copy = try invite(["Subject: one"], body: "body")
            let keep = copy
            copy.insert("X-A", "1", at: 5)
            withExtendedLifetime(keep) {}
            return copy
        }
        var message = try derived()
        message.insert("X-B", "2", at: 6)
        #expect(message.text.hasSuffix("X-A: 1\r\nX-B: 2\r\nSubject: one\r\n\r\nbody"))
    }

    @Test("insert at the front, in the middle and at the end; remove; the presence mask follows")
    func insertAndRemove() throws {
        var edited = try invite()
        #expect(!edited.has(.route))
        edited.insertField(.route, value: ByteView("<sip:r;lr>"), at: 1)
        edited.insertField(.route, value: ByteView("<sip:q;lr>"), at: 0)
        edited.insertField(.userAgent, value: ByteView("x"), at: edited.fieldCount)
        #expect(edited.values(.route) == ["<sip:q;lr>", "<sip:r;lr>"])
        #expect(edited.firstIndex(of: .route) == 0)
        #expect(edited.firstIndex(of: .route, from: 1) == 2)
        #expect(edited.fieldName(at: edited.fieldCount - 1) == .userAgent)
        edited.removeField(at: 0)
        #expect(edited.has(.route))
        edited.removeFields(.route)
        #expect(!edited.has(.route))
        #expect(edited.fieldCount == 6)
    }

    @Test("names in any case and compact ones find the field; unknown names too (§7.3.1)")
    func byName() throws {
        let parsed = try invite(["X-Thing: 1", "s: subject", "x-THING: 2"])
        func find(_ name: String, from start: Int = 0) -> Int? {
            name.withByteView { parsed.firstIndex(named: $0, from: start) }
        }
        #expect(find("x-thing") == 5)
        #expect(find("X-Thing", from: 6) == 7)
        #expect(find("Subject") == 6)
        #expect(find("call-id") == 3)
        #expect(find("X-Nothing") == nil)
        #expect(find("X-Thing", from: 8) == nil)
    }

    @Test("many edits grow the memory and lose nothing")
    func manyEdits() throws {
        var edited = try invite(["Subject: start"])
        for number in 0..<500 {
            edited.insert("X-\(number)", String(repeating: "v", count: number % 50), at: edited.fieldCount)
            edited.set(5, "value \(number)")
        }
        #expect(edited.fieldCount == 506)
        #expect(edited.value(of: .subject)?.string == "value 499")
        #expect(edited.fieldNameText(at: 505).string == "X-499")
        #expect(edited.fieldValue(at: 505).count == 49)
        #expect(try message(bytes: edited.bytes, limits: MessageLimits(fields: 1000)).fieldCount == 506)
    }

    @Test("a value that is a view of the message itself can be written back")
    func ownView() throws {
        var edited = try invite(["Route: <sip:a>, <sip:b>"])
        for _ in 0..<50 {
            let value = edited.fieldValue(at: 5)
            edited.setFieldValue(at: 5, value.suffix(from: 0))
        }
        #expect(edited.values(.route) == ["<sip:a>, <sip:b>"])
        edited.insertField(.route, value: edited.fieldValue(at: 5), at: 0)
        #expect(edited.values(.route) == ["<sip:a>, <sip:b>", "<sip:a>, <sip:b>"])
    }

    @Test("setBody replaces the body and its Content-Length, or adds one (§20.14)")
    func body() throws {
        var with = try invite(["l: 3", "Subject: s"], body: "abc")
        with.setBody(ByteView("longer body"))
        #expect(with.body.string == "longer body")
        #expect(with.text.hasSuffix("l: 11\r\nSubject: s\r\n\r\nlonger body"))
        var without = try invite()
        without.setBody(ByteView("x"))
        #expect(without.text.hasSuffix("Content-Length: 1\r\n\r\nx"))
        without.setBody(.empty)
        #expect(without.text.hasSuffix("Content-Length: 0\r\n\r\n"))
    }
}
