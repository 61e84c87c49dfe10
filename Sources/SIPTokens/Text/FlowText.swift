import SIPSyntax
import SIPTransaction

/// The bits of a flow inside a token.
///
/// A flow on a connection is named by the connection's number, which holds in one run of the server; any other by the
/// remote address.
enum FlowText {
    static func write(_ flow: Flow, to writer: inout TokenWriter) {
        let isConnection = flow.connection != 0
        writer.put(UInt64(flow.transport.rawValue), bits: 3)
        writer.put(isConnection ? 1 : 0, bits: 1)
        writer.put(UInt64(flow.listener), bits: 16)
        if isConnection {
            writer.put(UInt64(flow.connection), bits: 32)
        } else {
            write(flow.remote, to: &writer)
        }
    }

    private static func write(_ address: TransportAddress, to writer: inout TokenWriter) {
        writer.put(address.ip.isIPv6 ? 1 : 0, bits: 1)
        writer.put(address.scope != 0 ? 1 : 0, bits: 1)
        if address.ip.isIPv6 {
            writer.put(address.ip.high, bits: 64)
            writer.put(address.ip.low, bits: 64)
        } else {
            writer.put(address.ip.low, bits: 32)
        }
        writer.put(UInt64(address.port), bits: 16)
        if address.scope != 0 { writer.put(UInt64(address.scope), bits: 32) }
    }

    static func read(_ reader: inout TokenReader) -> Flow? {
        guard let rawTransport = reader.take(3), let transport = TransportProtocol(rawValue: UInt8(rawTransport)),
            let isConnection = reader.take(1), let listener = reader.take(16)
        else { return nil }
        if isConnection == 1 {
            guard let connection = reader.take(32), connection != 0 else { return nil }
            let nowhere = TransportAddress(ip: IPAddress(v4: 0), port: 0)
            return Flow(
                transport: transport, listener: UInt16(listener), remote: nowhere, connection: UInt32(connection))
        }
        guard let remote = readAddress(&reader) else { return nil }
        return Flow(transport: transport, listener: UInt16(listener), remote: remote)
    }

    private static func readAddress(_ reader: inout TokenReader) -> TransportAddress? {
        guard let isIPv6 = reader.take(1), let hasScope = reader.take(1) else { return nil }
        let ip: IPAddress
        if isIPv6 == 1 {
            guard let high = reader.take(64), let low = reader.take(64) else { return nil }
            ip = IPAddress(v6High: high, low: low)
        } else {
            guard let value = reader.take(32) else { return nil }
            ip = IPAddress(v4: UInt32(value))
        }
        guard let port = reader.take(16) else { return nil }
        guard hasScope == 1 else { return TransportAddress(ip: ip, port: UInt16(port)) }
        guard let scope = reader.take(32) else { return nil }
        return TransportAddress(ip: ip, port: UInt16(port), scope: UInt32(scope))
    }
}
