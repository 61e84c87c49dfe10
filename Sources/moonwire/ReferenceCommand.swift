import ArgumentParser
import Glibc
import MoonwireServer
import SIPPolicy

/// `moonwire reference`.
struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Print the reference of the policy API, or write the files for editors.",
        discussion: """
            Everything that a policy can call, from the table by which the server itself registers and checks it. \
            With --stubs the declarations for lua-language-server are written into a folder.
            """)

    @Option(name: .long, help: ArgumentHelp("Write the editor's declarations there instead.", valueName: "folder"))
    var stubs: String?

    func run() throws {
        guard let stubs else {
            print(PolicyAPI.reference(), terminator: "")
            return
        }
        for (name, text) in PolicyAPI.stubs() {
            let path = "\(stubs)/\(name)"
            // A module of a module stands in a folder of its own: sip/registrar.lua.
            if let slash = path.lastIndex(of: "/") { mkdir(String(path[..<slash]), 0o755) }
            guard let file = fopen(path, "w") else {
                throw ValidationError("\(path): \(String(cString: strerror(errno)))")
            }
            fputs(text, file)
            fclose(file)
            print(path)
        }
    }
}
