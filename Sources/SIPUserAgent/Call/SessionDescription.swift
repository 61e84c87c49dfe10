import SIPSyntax

/// The session descriptions of a user agent without media: audio that stands still, on the discard port (RFC 4566,
/// RFC 3264).
struct SessionDescription {
    let address: IPAddress
    /// The same over the whole call, because the description never changes (RFC 3264 §8).
    let sessionID: UInt64

    /// The port of the discard service: nothing is ever sent there, for the media is inactive.
    private static let discardPort = 9

    /// What we propose.
    var offer: [UInt8] {
        bytes(head + "m=audio \(SessionDescription.discardPort) RTP/AVP 0 8\r\na=inactive\r\n")
    }

    /// The answer to an offer: its first audio stream with its first format, everything else refused (RFC 3264 §6);
    /// nil when there is no stream that can be taken.
    func answer(to offer: SDPSummary) -> [UInt8]? {
        guard let taken = offer.media.firstIndex(where: SessionDescription.isAcceptable) else { return nil }
        var text = head
        for (index, media) in offer.media.enumerated() {
            let formats = index == taken ? media.formats[0] : media.formats.joined(separator: " ")
            let port = index == taken ? SessionDescription.discardPort : 0
            text += "m=\(media.type) \(port) \(media.proto) \(formats)\r\n"
            if index == taken { text += SessionDescription.attributes(of: media) + "a=inactive\r\n" }
        }
        return bytes(text)
    }

    private static func isAcceptable(_ media: SDPSummary.Media) -> Bool {
        media.type == "audio" && media.port != 0 && !media.formats.isEmpty
            && (media.proto == "RTP/AVP" || media.proto == "RTP/AVPF")
    }

    /// What the offer says about the format that is taken.
    private static func attributes(of media: SDPSummary.Media) -> String {
        media.attributes
            .filter { $0.name == "rtpmap" && $0.value?.hasPrefix(media.formats[0] + " ") == true }
            .map { "a=rtpmap:\($0.value ?? "")\r\n" }
            .joined()
    }

    private var head: String {
        let family = address.isIPv6 ? "IP6" : "IP4"
        return """
            v=0\r
            o=moonwire \(sessionID) 1 IN \(family) \(address)\r
            s=-\r
            c=IN \(family) \(address)\r
            t=0 0\r\n
            """
    }
}
