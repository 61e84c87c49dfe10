internal import LuaRuntime
internal import SIPSyntax

extension LuaCall {
    /// The runner of the state that calls.
    @inline(__always)
    var runner: PolicyRunner { host(as: PolicyRunner.self) }

    /// Runs `body` with the run of an object; raises when that has ended.
    @inline(__always)
    func withRun(_ handle: LuaHandle, _ body: (PolicyRunner, PolicyRun) -> LuaReturn) -> LuaReturn {
        withHost(as: PolicyRunner.self) { runner in
            guard let run = runner.run(handle) else { return .stale }
            return body(runner, run)
        }
    }

    @inline(__always)
    func push(_ view: ByteView) { push(view.rawBuffer) }

    /// Pushes text, or nil.
    @inline(__always)
    func push(optional view: ByteView?) {
        if let view { push(view.rawBuffer) } else { pushNil() }
    }

    func push(_ bytes: [UInt8]) { bytes.withUnsafeBytes { push($0) } }

    /// Pushes bytes, or nil when there are none.
    func push(nonEmpty bytes: [UInt8]) {
        if bytes.isEmpty { pushNil() } else { push(bytes) }
    }

    func view(_ index: Int) -> ByteView { ByteView(bytes(index)) }

    /// Pushes a header value; a folded line is one (§7.3.1).
    func pushValue(_ value: ByteView) {
        guard value.contains(0x0A) || value.contains(0x0D) else { return push(value) }
        push(HeaderText.unfolded(value))
    }

    /// Pushes text of a URI with its escapes resolved.
    func pushUnescaped(_ text: ByteView?) {
        guard let text else { return pushNil() }
        guard text.contains(UInt8(ascii: "%")) else { return push(text) }
        push(HeaderText.unescaped(text))
    }

    /// Sets `table[text] = true` or the value, for parameters; the table is on top.
    func setParameter(_ name: [UInt8], _ value: [UInt8]?) {
        if let value { push(value) } else { push(true) }
        setField(named: String(decoding: name, as: UTF8.self))
    }
}

/// Text as policies see it.
enum HeaderText {
    /// A value on one line.
    static func unfolded(_ value: ByteView) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(value.count)
        var isFold = false
        for index in 0..<value.count {
            let byte = value[index]
            if byte == 0x0D || byte == 0x0A {
                isFold = true
            } else if isFold, byte == 0x20 || byte == 0x09 {
                continue
            } else {
                if isFold { out.append(0x20) }
                isFold = false
                out.append(byte)
            }
        }
        return out
    }

    /// Text with every `%HH` replaced by its byte.
    static func unescaped(_ text: ByteView) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.count, let high = ASCII.hexValue(text[index + 1]),
                let low = ASCII.hexValue(text[index + 2])
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(text[index])
                index += 1
            }
        }
        return out
    }

    /// Whether a text could end a line of a message.
    static func breaksLine(_ text: ByteView) -> Bool {
        text.contains(0x0D) || text.contains(0x0A) || text.contains(0)
    }
}
