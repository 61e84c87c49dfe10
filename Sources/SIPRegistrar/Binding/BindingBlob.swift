import SIPSyntax
import SIPTransaction

/// What a binding's memory begins with: everything of fixed size, and how long its texts are.
struct BindingHead: Sendable {
    var flow: Flow
    var expiresAt: Int64
    var registeredAt: Int64
    /// Whether the stream connection that the binding depends on is still there; nil when it depends on none.
    var connection: ConnectionState?
    var cseq: UInt32
    var regID: UInt32
    var q: UInt16
    /// Whether the REGISTER came from elsewhere than its Via said.
    var isBehindNAT = false
    // The lengths of the texts, in the order in which they stand.
    var contactCount: UInt16 = 0
    var callIDCount: UInt16 = 0
    var pathCount: UInt16 = 0
    var instanceCount: UInt16 = 0
    var userAgentCount: UInt16 = 0
    var methodsCount: UInt16 = 0

    var contact: Range<Int> { 0..<Int(contactCount) }
    var callID: Range<Int> { after(contact, callIDCount) }
    var path: Range<Int> { after(callID, pathCount) }
    var instance: Range<Int> { after(path, instanceCount) }
    var userAgent: Range<Int> { after(instance, userAgentCount) }
    var methods: Range<Int> { after(userAgent, methodsCount) }

    private func after(_ range: Range<Int>, _ count: UInt16) -> Range<Int> {
        range.upperBound..<range.upperBound + Int(count)
    }
}

/// The texts of a binding before they are copied, each below 65,536 bytes.
struct BindingTexts {
    var contact: ByteView
    var callID: ByteView
    var path: ByteView = .empty
    var instance: ByteView = .empty
    var userAgent: ByteView = .empty
    var methods: ByteView = .empty

    var byteCount: Int {
        contact.count + callID.count + path.count + instance.count + userAgent.count + methods.count
    }
}

extension BindingTexts {
    /// The texts that stand one behind the other in `all`, with their six lengths.
    init(dividing all: ByteView, at lengths: [Int]) {
        var rest = all
        var place = 0
        func next() -> ByteView {
            defer {
                rest = rest.suffix(from: lengths[place])
                place += 1
            }
            return rest.prefix(lengths[place])
        }
        self.init(
            contact: next(), callID: next(), path: next(), instance: next(), userAgent: next(), methods: next())
    }
}

/// The memory of one binding, head and texts in one allocation: a registrar holds a million of them.
///
/// It never changes: a refreshed binding is a new one, so that whoever looked the old one up keeps what he saw.
final class BindingBlob: ManagedBuffer<BindingHead, UInt8> {
    static func make(_ head: BindingHead, _ texts: BindingTexts) -> BindingBlob {
        var head = head
        head.contactCount = UInt16(texts.contact.count)
        head.callIDCount = UInt16(texts.callID.count)
        head.pathCount = UInt16(texts.path.count)
        head.instanceCount = UInt16(texts.instance.count)
        head.userAgentCount = UInt16(texts.userAgent.count)
        head.methodsCount = UInt16(texts.methods.count)
        let buffer = BindingBlob.create(minimumCapacity: texts.byteCount) { _ in head }
        buffer.withUnsafeMutablePointerToElements { bytes in
            var position = UnsafeMutableRawPointer(bytes)
            func append(_ text: ByteView) {
                UnsafeMutableRawBufferPointer(start: position, count: text.count).copyMemory(from: text.rawBuffer)
                position += text.count
            }
            append(texts.contact)
            append(texts.callID)
            append(texts.path)
            append(texts.instance)
            append(texts.userAgent)
            append(texts.methods)
        }
        return unsafeDowncast(buffer, to: BindingBlob.self)
    }

    /// Runs `body` with the head and all texts, one behind the other.
    func withContents<R>(_ body: (borrowing BindingHead, ByteView) -> R) -> R {
        withUnsafeMutablePointers { head, bytes in
            let count = head.pointee.methods.upperBound
            return body(head.pointee, ByteView(UnsafePointer(bytes), count: count))
        }
    }
}
