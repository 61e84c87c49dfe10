/// The version of this program.
public enum MoonwireVersion {
    /// As `moonwire --version` prints it.
    public static let current = "0.1.0"
}
