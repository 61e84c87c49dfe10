import SIPTransaction

/// Typed values out of the layers' texts. Each error names the key, the place, and what is allowed.
extension ConfigurationLayers {
    /// An error about a key's value.
    func failure(_ key: String, _ setting: Setting, _ problem: String) -> ConfigurationError {
        ConfigurationError(setting.place, "\(key): \(problem)")
    }

    /// An error about a key's value that is known after others were read.
    func failure(_ dotted: String, _ problem: String) -> ConfigurationError {
        let key = ConfigurationKey(dotted)
        _ = text(key)
        return ConfigurationError(place(of: key), "\(dotted): \(problem)")
    }

    /// A whole number.
    func int(_ key: String, in range: ClosedRange<Int>, or usual: Int) throws(ConfigurationError) -> Int {
        guard let setting = text(ConfigurationKey(key)) else { return usual }
        guard let value = Int(setting.text), range.contains(value) else {
            throw failure(
                key, setting,
                "`\(setting.text)` is no whole number from \(range.lowerBound) to \(range.upperBound); usual is \(usual)"
            )
        }
        return value
    }

    /// A time in seconds, which may have a fraction.
    func seconds(
        _ key: String, in range: ClosedRange<Double>, or usual: SIPDuration
    ) throws(ConfigurationError) -> SIPDuration {
        guard let setting = text(ConfigurationKey(key)) else { return usual }
        guard let value = Double(setting.text), range.contains(value) else {
            let (low, high) = (plain(range.lowerBound), plain(range.upperBound))
            throw failure(
                key, setting,
                "`\(setting.text)` is no number of seconds from \(low) to \(high); usual is \(plain(usual.inSeconds))")
        }
        return .seconds(value)
    }

    private func plain(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }

    /// A time in whole milliseconds.
    func milliseconds(
        _ key: String, in range: ClosedRange<Int>, or usual: Int
    ) throws(ConfigurationError) -> SIPDuration {
        .milliseconds(Int64(try int(key, in: range, or: usual)))
    }

    /// A truth.
    func bool(_ key: String, or usual: Bool) throws(ConfigurationError) -> Bool {
        guard let setting = text(ConfigurationKey(key)) else { return usual }
        switch setting.text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw failure(key, setting, "`\(setting.text)` is neither true nor false")
        }
    }

    /// One of several words.
    func choice<Value>(
        _ key: String, _ choices: [(name: String, value: Value)], or usual: Value
    ) throws(ConfigurationError) -> Value {
        guard let setting = text(ConfigurationKey(key)) else { return usual }
        guard let chosen = choices.first(where: { $0.name == setting.text.lowercased() }) else {
            let names = choices.map(\.name).joined(separator: ", ")
            throw failure(key, setting, "`\(setting.text)` is none of \(names)")
        }
        return chosen.value
    }
}
