/// The eight 16-bit groups of an IPv6 address, between text and words; nothing is allocated.
struct V6Groups {
    /// The first four groups.
    private(set) var high: UInt64 = 0
    /// The last four groups.
    private(set) var low: UInt64 = 0
    /// How many groups were read.
    private var count = 0

    init() {}

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        count = 8
    }

    private subscript(index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
    }

    /// Moves all groups one place up and puts `group` last.
    private mutating func append(_ group: UInt16) {
        high = high << 16 | low >> 48
        low = low << 16 | UInt64(group)
        count += 1
    }
}

extension V6Groups {
    /// Reads groups with at most one `::` and a dotted IPv4 tail (RFC 4291 §2.2).
    mutating func read(_ text: ByteView) -> Bool {
        var gap: Int?
        var position = 0
        if text.hasPrefix("::") {
            gap = 0
            position = 2
        }
        while position < text.count {
            let end = text.firstIndex(of: UInt8(ascii: ":"), from: position) ?? text.count
            guard readGroup(text[position..<end], isLast: end == text.count) else { return false }
            guard end < text.count else { break }
            position = end + 1
            guard position < text.count else { return false }
            if text[position] == UInt8(ascii: ":") {
                guard gap == nil else { return false }
                gap = count
                position += 1
            }
        }
        guard let gap else { return count == 8 }
        return fill(gap: gap)
    }

    private mutating func readGroup(_ text: ByteView, isLast: Bool) -> Bool {
        if isLast, text.contains(UInt8(ascii: ".")) {
            guard count <= 6, let v4 = IPAddress.v4Value(text) else { return false }
            append(UInt16(truncatingIfNeeded: v4 >> 16))
            append(UInt16(truncatingIfNeeded: v4))
            return true
        }
        guard count < 8, text.count >= 1, text.count <= 4 else { return false }
        var value: UInt16 = 0
        for index in 0..<text.count {
            guard let digit = ASCII.hexValue(text[index]) else { return false }
            value = value << 4 | UInt16(digit)
        }
        append(value)
        return true
    }

    /// Puts the missing groups, zeros, behind the first `gap` groups; at least one must be missing.
    private mutating func fill(gap: Int) -> Bool {
        guard count < 8 else { return false }
        let read = self
        let missing = 8 - count
        self = V6Groups()
        for index in 0..<8 {
            let isMissing = index >= gap && index < gap + missing
            // What was read stands at the end of the eight.
            append(isMissing ? 0 : read[index < gap ? missing + index : index])
        }
        return true
    }
}

extension V6Groups {
    /// Small letters, no leading zeros; the longest run of two or more zero groups becomes `::`, the first of equal
    /// runs (RFC 5952 §4). An IPv4-mapped address ends in dotted form (§5).
    func write(to out: inout some ByteSink) {
        if high == 0, low >> 32 == 0xFFFF {
            out.append("::ffff:")
            return IPAddress.writeV4(low & 0xFFFF_FFFF, to: &out)
        }
        let zeros = longestZeroRun
        for index in 0..<8 where index <= zeros.lowerBound || index >= zeros.upperBound {
            if index == zeros.lowerBound, !zeros.isEmpty {
                out.append("::")
            } else {
                if index > 0, zeros.isEmpty || index != zeros.upperBound { out.append(UInt8(ascii: ":")) }
                V6Groups.write(self[index], to: &out)
            }
        }
    }

    private var longestZeroRun: Range<Int> {
        var best = 0..<0
        var index = 0
        while index < 8 {
            var end = index
            while end < 8, self[end] == 0 { end += 1 }
            if end - index >= 2, end - index > best.count { best = index..<end }
            index = max(end, index + 1)
        }
        return best
    }

    private static func write(_ group: UInt16, to out: inout some ByteSink) {
        var shift = 12
        while shift > 0, group >> UInt16(shift) == 0 { shift -= 4 }
        while shift >= 0 {
            let digit = UInt8(group >> UInt16(shift) & 15)
            out.append(digit < 10 ? 0x30 + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }
}
