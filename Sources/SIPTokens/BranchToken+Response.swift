public import SIPSyntax

/// Quick ways for responses, whose top Via we wrote ourselves.
extension BranchToken {
    /// The branch parameter in the first value of a Via field, when it looks like one of ours.
    ///
    /// Our Via has a fixed form, so the branch is found by its cookie, without parsing. A value of somebody else in
    /// front of ours is left alone: a comma comes before the cookie then.
    public static func own(inTopVia value: ByteView) -> ByteView? {
        var start = 0
        while let index = value.firstIndex(of: UInt8(ascii: "z"), from: start) {
            if index &+ textLength <= value.count, value[index..<index &+ textLength].hasPrefix("z9hG4bK") {
                let branch = value[index..<index &+ textLength]
                let end = index &+ textLength
                let isWhole = end == value.count || !ASCII.isToken(value[end])
                guard isWhole, looksOurs(branch), !value.prefix(index).contains(UInt8(ascii: ",")) else { return nil }
                return branch
            }
            start = index &+ 1
        }
        return nil
    }

    /// The shard that a branch of ours names, unchecked: good enough to choose who checks it.
    public static func shardHint(_ branch: ByteView) -> UInt16? {
        guard branch.count == textLength else { return nil }
        var reader = TokenReader(branch.suffix(from: 8))
        guard reader.take(8) != nil, let shard = reader.take(16) else { return nil }
        return UInt16(shard)
    }
}
