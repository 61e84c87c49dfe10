internal import LuaRuntime

/// `sip.json`: JSON text and plain values.
enum JSONModule {
    static let declaration = LuaModule(
        "sip.json", doc: "JSON (RFC 8259).",
        functions: [
            LuaFunction(
                "encode", [LuaParameter("value", .any)], results: [LuaParameter("text", .string)],
                doc: "The text of a plain value; an empty table is an object."
            ) { call in
                guard let value = call.value(1) else {
                    return call.raise("only strings, numbers, booleans and tables of them have a JSON text")
                }
                var out: [UInt8] = []
                guard JSONText.write(value, to: &out) else { return call.raise("JSON has no infinite numbers") }
                call.charge(out.count / 4)
                call.push(out)
                return .one
            },
            LuaFunction(
                "decode", [LuaParameter("text", .string)],
                results: [LuaParameter("value", .any), LuaParameter("err", .table, optional: true)],
                doc: "The value of a text, or nil and an error; null is nil."
            ) { call in
                let bytes = call.bytes(1)
                call.charge(bytes.count / 4)
                var reader = JSONReader(bytes)
                guard let value = reader.document() else {
                    return call.absent(kind: "syntax", "no JSON at byte \(reader.position + 1)")
                }
                call.push(value)
                return .one
            },
        ])
}

/// Writes JSON.
enum JSONText {
    /// False for a number that JSON can't say.
    static func write(_ value: LuaValue, to out: inout [UInt8]) -> Bool {
        switch value {
        case .null: out += "null".utf8
        case .boolean(let value): out += (value ? "true" : "false").utf8
        case .integer(let value): out += String(value).utf8
        case .number(let value):
            guard value.isFinite else { return false }
            out += String(value).utf8
        case .string(let text): writeString(text.utf8, to: &out)
        case .bytes(let bytes): writeString(String(decoding: bytes, as: UTF8.self).utf8, to: &out)
        case .list(let items):
            out.append(UInt8(ascii: "["))
            for (offset, item) in items.enumerated() {
                if offset > 0 { out.append(UInt8(ascii: ",")) }
                guard write(item, to: &out) else { return false }
            }
            out.append(UInt8(ascii: "]"))
        case .table(let fields): return writeObject(fields, to: &out)
        }
        return true
    }

    private static func writeObject(_ fields: [String: LuaValue], to out: inout [UInt8]) -> Bool {
        out.append(UInt8(ascii: "{"))
        for (offset, key) in fields.keys.sorted().enumerated() {
            if offset > 0 { out.append(UInt8(ascii: ",")) }
            writeString(key.utf8, to: &out)
            out.append(UInt8(ascii: ":"))
            guard write(fields[key] ?? .null, to: &out) else { return false }
        }
        out.append(UInt8(ascii: "}"))
        return true
    }

    private static func writeString(_ text: some Sequence<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0x0A: out += "\\n".utf8
            case 0x0D: out += "\\r".utf8
            case 0x09: out += "\\t".utf8
            case 0..<0x20: out += ("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
