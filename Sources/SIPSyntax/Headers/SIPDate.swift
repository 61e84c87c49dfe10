/// The Date header field: RFC 1123 form, always GMT (RFC 3261 §20.17).
public enum SIPDate {
    /// The text for a time in seconds since 1970-01-01 00:00:00 UTC, such as `Sat, 13 Nov 2010 23:29:00 GMT`. Times
    /// outside of the years 0 to 9999 are cut to them.
    public static func text(unixSeconds: Int64) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(29)
        append(unixSeconds: unixSeconds, to: &out)
        return out
    }

    /// Appends the text for a time in seconds since 1970-01-01 00:00:00 UTC.
    public static func append(unixSeconds: Int64, to out: inout [UInt8]) { write(unixSeconds, to: &out) }

    /// Writes the text for a time in seconds since 1970-01-01 00:00:00 UTC.
    public static func append(unixSeconds: Int64, to writer: ByteWriter) {
        var out = writer
        write(unixSeconds, to: &out)
    }

    /// 0000-01-01 00:00:00 and 9999-12-31 23:59:59 UTC.
    private static let writable: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    private static func write(_ seconds: Int64, to out: inout some ByteSink) {
        let seconds = min(max(seconds, writable.lowerBound), writable.upperBound)
        let secondOfDay = ((seconds % 86_400) + 86_400) % 86_400
        let day = (seconds - secondOfDay) / 86_400
        let date = CivilDate(daysSince1970: day)
        // 1970-01-01 was a Thursday.
        out.append(name(Int(((day + 4) % 7 + 7) % 7), in: "SunMonTueWedThuFriSat"))
        out.append(", ")
        append(date.day, digits: 2, to: &out)
        out.append(" ")
        out.append(name(date.month - 1, in: "JanFebMarAprMayJunJulAugSepOctNovDec"))
        out.append(" ")
        append(date.year, digits: 4, to: &out)
        out.append(" ")
        append(Int(secondOfDay / 3600), digits: 2, to: &out)
        out.append(":")
        append(Int(secondOfDay / 60 % 60), digits: 2, to: &out)
        out.append(":")
        append(Int(secondOfDay % 60), digits: 2, to: &out)
        out.append(" GMT")
    }

    private static func name(_ index: Int, in names: StaticString) -> ByteView {
        ByteView(names)[index * 3..<index * 3 + 3]
    }

    private static func append(_ value: Int, digits: Int, to out: inout some ByteSink) {
        var unit = 1
        for _ in 1..<digits { unit *= 10 }
        while unit > 0 {
            out.append(0x30 + UInt8(value / unit % 10))
            unit /= 10
        }
    }
}

/// A day of the proleptic Gregorian calendar.
private struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    /// Counts in eras of 400 years, which all have 146,097 days, and in years that begin with March, so that a leap
    /// day is the last one of its year.
    init(daysSince1970 days: Int64) {
        let fromMarch0000 = Int(days) + 719_468
        let era = (fromMarch0000 >= 0 ? fromMarch0000 : fromMarch0000 - 146_096) / 146_097
        let dayOfEra = fromMarch0000 - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }
}
