import MoonwireServer
import SIPTransport

/// Composes the server that `moonwire run` runs; a busy port is the machine's affair, a wrong policy the
/// configuration's.
func startServer(_ parts: ServerParts) throws -> any RunningServer {
    try Server.start(parts)
}
