import SIPProxy
import SIPSyntax

/// Recursion on redirects, when the policy asks for it (`retry_3xx`, §16.5, §16.7 step 4).
extension Shard {
    /// How many Contacts of redirects one branch follows, so that two servers can't send a call round for ever.
    private static let mostRedirects = 10

    /// Takes over the Contacts of a 3xx, and sends the branch's request to the next one that is left.
    ///
    /// - Returns: false when there is none, or nobody asked: the response counts as a failure then.
    func follows(_ response: borrowing SIPMessage, _ context: ResponseContext, _ index: Int) -> Bool {
        guard let attempt = context.attempt, attempt.options.followsRedirects, context.isOpen, !context.isCancelled,
            attempt.number == context.branches[index].attempt, !context.branches[index].isCancelledByUs
        else { return false }
        if response.status < 400 { takeContacts(response, context, index) }
        while !context.branches[index].redirects.isEmpty {
            let uri = context.branches[index].redirects.removeFirst()
            // §16.5: nothing comes back to this server by a redirect.
            guard !uri.withByteView({ isLocal($0) }) else { continue }
            go(context, index, Target(uri: uri))
            return true
        }
        return false
    }

    /// The Contacts by their q, in front of those that are left from before.
    private func takeContacts(_ response: borrowing SIPMessage, _ context: ResponseContext, _ index: Int) {
        var found: [(uri: [UInt8], q: Int)] = []
        for place in 0..<response.fieldCount where response.fieldName(at: place) == .contact {
            let value = response.fieldValue(at: place)
            var elements = HeaderElements(value)
            while let range = elements.next() {
                guard let contact = NameAddrLayout(value[range]), let text = contact.uri(in: value[range]),
                    let uri = URILayout(text), uri.scheme == .sip || uri.scheme == .sips,
                    context.branches[index].redirectCount < Shard.mostRedirects
                else { continue }
                context.branches[index].redirectCount += 1
                let q = contact.parameterValue("q", in: value[range]).flatMap { QValue($0) } ?? .one
                found.append((text.array, Int(q.thousandths)))
            }
        }
        found.sort { $0.q > $1.q }
        context.branches[index].redirects.insert(contentsOf: found.map(\.uri), at: 0)
    }
}
