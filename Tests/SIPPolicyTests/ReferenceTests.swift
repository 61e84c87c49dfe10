import Foundation
import SIPPolicy
import Testing

/// The pages that are made from the API's table.
@Suite("Reference")
struct ReferenceTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("Docs/policy-reference.md is what `moonwire reference` prints")
    func page() throws {
        let page = try String(contentsOf: Self.root.appending(path: "Docs/policy-reference.md"), encoding: .utf8)
        #expect(page == PolicyAPI.reference())
    }

    @Test("Config/types has what `moonwire reference --stubs` writes")
    func stubs() throws {
        for (name, text) in PolicyAPI.stubs() {
            let file = Self.root.appending(path: "Config/types/\(name)")
            #expect(try String(contentsOf: file, encoding: .utf8) == text, "\(name)")
        }
    }
}
