import SIPAuthentication
import SIPSyntax

/// The challenges that a request has met, and the answers to them (§22.2, §22.3).
///
/// A request can meet several: of a proxy and of the server behind it, each with a realm of its own.
struct Credentials {
    private struct Entry {
        let isProxy: Bool
        let realm: [UInt8]
        /// The challenge's text.
        var challenge: [UInt8]
        var count: UInt32 = 0
        /// Whether the challenge came to this request, and not to an earlier one whose nonce is used on.
        var isOwn = true
    }

    private var entries: [Entry] = []

    /// Takes the challenges of a 401 or 407; false when none can be answered, or when the password was wrong.
    mutating func take(_ response: borrowing SIPMessage) -> Bool {
        var isAnswerable = false
        for isProxy in [false, true] {
            var taken: Set<[UInt8]> = []
            // The strongest algorithm first: of one realm only the first that is known counts (RFC 8760 §2.4).
            for challenge in Credentials.challenges(response, isProxy) {
                let read = challenge.withByteView { text in
                    ReceivedChallenge(text).map { ($0.realm.unescaped, $0.isStale) }
                }
                guard let (realm, isStale) = read, taken.insert(realm).inserted else { continue }
                guard note(isProxy, realm, challenge, isStale: isStale) else { return false }
                isAnswerable = true
            }
        }
        return isAnswerable
    }

    /// The values of the challenges, the strongest algorithm first.
    private static func challenges(_ response: borrowing SIPMessage, _ isProxy: Bool) -> [[UInt8]] {
        var values: [[UInt8]] = []
        let name: HeaderName = isProxy ? .proxyAuthenticate : .wwwAuthenticate
        for index in 0..<response.fieldCount where response.fieldName(at: index) == name {
            values.append(response.fieldValue(at: index).array)
        }
        return values.map { ($0, strength($0)) }.filter { $0.1 >= 0 }.sorted { $0.1 > $1.1 }.map(\.0)
    }

    private static func strength(_ challenge: [UInt8]) -> Int {
        let algorithm = challenge.withByteView { ReceivedChallenge($0)?.algorithm }
        guard let algorithm else { return -1 }
        return -(DigestAlgorithm.strongestFirst.firstIndex(of: algorithm) ?? 0) + DigestAlgorithm.allCases.count
    }

    /// A realm that was answered already and does not say `stale` means that the password is wrong.
    private mutating func note(_ isProxy: Bool, _ realm: [UInt8], _ challenge: [UInt8], isStale: Bool) -> Bool {
        if let place = entries.firstIndex(where: { $0.isProxy == isProxy && $0.realm == realm }) {
            guard isStale || !entries[place].isOwn else { return false }
            entries[place] = Entry(isProxy: isProxy, realm: realm, challenge: challenge)
        } else {
            entries.append(Entry(isProxy: isProxy, realm: realm, challenge: challenge))
        }
        return true
    }

    /// The same for a later request, which may be challenged anew.
    var forNextRequest: Credentials {
        var next = self
        for index in next.entries.indices { next.entries[index].isOwn = false }
        return next
    }

    /// The header fields that answer the challenges, for one more request.
    mutating func fields(
        method: [UInt8], uri: [UInt8], body: [UInt8], account: DigestClient.Account, clientNonce: String
    ) -> [(name: [UInt8], value: [UInt8])] {
        entries.indices.map { index in
            entries[index].count += 1
            let entry = entries[index]
            let out = ByteWriter(capacity: 512)
            entry.challenge.withByteView { text in
                guard let challenge = ReceivedChallenge(text) else { return }
                method.withByteView { method in
                    uri.withByteView { uri in
                        body.withByteView { body in
                            clientNonce.withByteView { nonce in
                                DigestClient.authorize(
                                    challenge, account: account, method: method, uri: uri, body: body,
                                    nonceCount: entry.count, clientNonce: nonce, to: out)
                            }
                        }
                    }
                }
            }
            return (bytes(entry.isProxy ? "Proxy-Authorization" : "Authorization"), out.view.array)
        }
    }
}
