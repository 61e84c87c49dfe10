import CLinux
import Glibc
import SIPSyntax

/// A client's socket, whose reads give up after ten seconds.
final class TestSocket {
    let descriptor: CInt

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { Glibc.close(descriptor) }

    /// A socket that is connected to `address`; nil when that fails.
    static func connected(to address: TransportAddress, stream: Bool) -> TestSocket? {
        let family = address.ip.isIPv6 ? AF_INET6 : AF_INET
        let kind = stream ? SOCK_STREAM : SOCK_DGRAM
        let descriptor = Glibc.socket(family, CInt(kind.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let made = TestSocket(descriptor)
        let result =
            address.ip.isIPv6
            ? made.connectV6(address)
            : made.connectV4(address)
        return result == 0 ? made : nil
    }

    private func connectV4(_ address: TransportAddress) -> CInt {
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = address.port.bigEndian
        target.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.ip.low).bigEndian
        return connect(&target, MemoryLayout<sockaddr_in>.size)
    }

    private func connectV6(_ address: TransportAddress) -> CInt {
        var target = sockaddr_in6()
        target.sin6_family = sa_family_t(AF_INET6)
        target.sin6_port = address.port.bigEndian
        withUnsafeMutableBytes(of: &target.sin6_addr) {
            $0.storeBytes(of: address.ip.high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: address.ip.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return connect(&target, MemoryLayout<sockaddr_in6>.size)
    }

    private func connect<Address>(_ target: inout Address, _ size: Int) -> CInt {
        withUnsafeMutableBytes(of: &target) {
            guard let base = $0.baseAddress else { return -1 }
            return Glibc.connect(descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(size))
        }
    }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// What comes next, at most 64 KiB; empty at the end of a stream, nil after ten seconds or an error.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    /// Reads a stream until `count` bytes are there, or it ends.
    func receive(count: Int) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count, let more = receive(), !more.isEmpty { all += more }
        return all
    }

    /// Whether the peer has closed a stream that has nothing more to read.
    var hasEnded: Bool {
        var byte: UInt8 = 0
        return Glibc.recv(descriptor, &byte, 1, CInt(MSG_DONTWAIT)) == 0
    }

    func shutdownSending() { Glibc.shutdown(descriptor, CInt(SHUT_WR)) }

    /// The socket's own port.
    var port: UInt16 {
        var address = cl_address()
        cl_socket_address(descriptor, &address)
        return address.port
    }
}
