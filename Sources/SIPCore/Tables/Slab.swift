/// Objects by number: a free list of places, each with a generation, so that a stale number finds nothing.
///
/// A number is the place and the generation that it had, so a look-up is an index and a compare, without hashing.
struct Slab<Object: AnyObject> {
    private struct Place {
        var object: Object?
        var generation: UInt32
    }

    private var places: ContiguousArray<Place> = []
    private var free: ContiguousArray<UInt32> = []

    /// How many objects there are.
    private(set) var count = 0

    /// Takes a place for the object that `make` builds for its number.
    mutating func insert(_ make: (UInt64) -> Object) -> Object {
        count += 1
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = UInt32(places.count)
            places.append(Place(object: nil, generation: 1))
        }
        let object = make(UInt64(places[Int(index)].generation) << 32 | UInt64(index))
        places[Int(index)].object = object
        return object
    }

    /// The object of a number, or nil when it is gone.
    subscript(number: UInt64) -> Object? {
        let index = Int(truncatingIfNeeded: number & 0xFFFF_FFFF)
        guard index < places.count, places[index].generation == UInt32(number >> 32) else { return nil }
        return places[index].object
    }

    /// The object at a place, whatever its generation.
    subscript(place index: UInt32) -> Object? { places[Int(index)].object }

    /// Gives a number's place back.
    mutating func remove(_ number: UInt64) {
        let index = Int(truncatingIfNeeded: number & 0xFFFF_FFFF)
        guard index < places.count, places[index].generation == UInt32(number >> 32) else { return }
        places[index].object = nil
        // 0 is never a generation, so no number is 0.
        places[index].generation = max(1, places[index].generation &+ 1)
        free.append(UInt32(index))
        count -= 1
    }

    /// Every object that is there now.
    func forEach(_ body: (Object) -> Void) {
        for place in places { if let object = place.object { body(object) } }
    }
}
