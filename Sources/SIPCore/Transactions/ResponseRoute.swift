import SIPProxy
import SIPSyntax
import SIPTransaction

/// Where a response goes by the Via alone, when no transaction knows it (§18.2.2).
enum ResponseRoute {
    static func flow(_ text: ByteView, _ via: ViaLayout, _ identity: borrowing ServerIdentity) -> Flow? {
        guard let transport = via.transport else { return nil }
        let host = via.maddr(in: text) ?? via.received(in: text) ?? via.host(in: text)
        guard let address = IPAddress(host),
            let listener = identity.listener(for: transport, to: address, preferred: 0)
        else { return nil }
        let port = via.rportValue(in: text) ?? via.sentByPortOrDefault
        return Flow(
            transport: transport, listener: listener.index, remote: TransportAddress(ip: address, port: port))
    }
}
