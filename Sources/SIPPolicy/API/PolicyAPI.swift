public import LuaRuntime

/// The whole API that policies see, declared once: registration, argument checks, editor stubs and the reference page
/// come from it.
public enum PolicyAPI {
    /// The declarations; the classes stand in the order of `PolicyClass`.
    public static let api = LuaAPI(
        hookNames: PolicyHook.names,
        classes: [
            RequestClass.declaration, ResponseClass.declaration, BranchClass.declaration, HeadersClass.declaration,
            URIClass.declaration, NameAddrClass.declaration, EndpointClass.declaration, OutcomeClass.declaration,
            ContactClass.declaration, StoreClass.declaration, MetricClass.declaration, TableClass.declaration,
        ],
        modules: [
            SipModule.declaration, RegistrarModule.declaration, AuthModule.declaration, JSONModule.declaration,
            GlobalFunctions.declaration,
        ])

    /// Stub files for editors, by name (LuaCATS annotations for the Lua language server).
    public static func stubs() -> [String: String] { api.stubs() }

    /// The reference page in Markdown.
    public static func reference() -> String { api.reference() }
}
