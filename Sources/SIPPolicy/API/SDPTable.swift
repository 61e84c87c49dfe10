internal import LuaRuntime
internal import SIPSyntax

/// A session description as a table (RFC 8866): `origin`, `name`, `connection`, `attributes`, `media`.
enum SDPTable {
    static func push(_ body: ByteView, _ call: LuaCall) {
        guard let sdp = SDPSummary(body) else { return call.pushNil() }
        call.pushReadOnly(value(of: sdp), name: "sdp")
    }

    private static func value(of sdp: SDPSummary) -> LuaValue {
        var fields: [String: LuaValue] = [
            "attributes": attributes(sdp.attributes), "media": .list(sdp.media.map(media)),
        ]
        if let name = sdp.sessionName { fields["name"] = .string(name) }
        if let address = sdp.connection { fields["connection"] = connection(address) }
        if let origin = sdp.origin {
            fields["origin"] = .table([
                "username": .string(origin.username), "id": .string(origin.sessionID),
                "version": .string(origin.sessionVersion), "address": .string(origin.connection.address),
            ])
        }
        return .table(fields)
    }

    private static func media(_ media: SDPSummary.Media) -> LuaValue {
        var fields: [String: LuaValue] = [
            "type": .string(media.type), "port": .integer(Int(media.port)), "proto": .string(media.proto),
            "formats": .list(media.formats.map(LuaValue.string)), "direction": .string(media.direction.rawValue),
            "attributes": attributes(media.attributes),
        ]
        if let address = media.connection { fields["connection"] = connection(address) }
        return .table(fields)
    }

    private static func connection(_ connection: SDPSummary.Connection) -> LuaValue {
        .table(["type": .string(connection.addressType), "address": .string(connection.address)])
    }

    private static func attributes(_ attributes: [SDPSummary.Attribute]) -> LuaValue {
        .list(
            attributes.map { attribute in
                var fields: [String: LuaValue] = ["name": .string(attribute.name)]
                if let value = attribute.value { fields["value"] = .string(value) }
                return .table(fields)
            })
    }
}
