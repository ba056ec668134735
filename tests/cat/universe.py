"""Small universes of events and random executions over them, for tests of explanations."""

from __future__ import annotations

from random import Random

from attrs import frozen

from modelcheck.cat import Candidate, Facts

DEPENDENCIES = ("addr", "data", "ctrl")


@frozen
class Event:
    """One event that may be present: thread (-1: initial write), kind, tags, the read it is the other half of."""

    thread: int
    kind: str
    tags: tuple[str, ...] = ()
    rmw: int | None = None


@frozen
class Universe:
    """Events by number, threads one after another in program order; the first `locations` are initial writes."""

    events: tuple[Event, ...]
    locations: int


@frozen
class Choice:
    """Which events are present, where they access, and what they depend on."""

    present: int
    place: tuple[int, ...]
    sources: dict[int, int]
    coherence: tuple[tuple[int, ...], ...]
    dependencies: dict[str, frozenset[tuple[int, int]]]


def candidate_of(universe: Universe, choice: Choice) -> Candidate:
    """The candidate execution in which ``choice`` is made."""
    size = len(universe.events)
    rows = {name: [0] * size for name in ("po", "rf", "co", *DEPENDENCIES, "rmw", "loc", "int", "ext")}
    sets: dict[str, int] = {}
    there = [e for e in range(size) if choice.present >> e & 1]
    for a in there:
        event = universe.events[a]
        for name in (event.kind, *event.tags):
            sets[name] = sets.get(name, 0) | 1 << a
        for b in there:
            other = universe.events[b]
            same = event.thread == other.thread >= 0
            rows["int" if same else "ext"][a] |= 1 << b
            if same and a < b:
                rows["po"][a] |= 1 << b
            if choice.place[a] == choice.place[b] and (choice.place[a] >= 0):
                rows["loc"][a] |= 1 << b
        if event.rmw is not None:
            rows["rmw"][event.rmw] |= 1 << a
    for read, write in choice.sources.items():
        rows["rf"][write] |= 1 << read
    for order in choice.coherence:
        for i, a in enumerate(order):
            for b in order[i + 1 :]:
                rows["co"][a] |= 1 << b
    for name, pairs in choice.dependencies.items():
        for a, b in pairs:
            rows[name][a] |= 1 << b
    return Candidate(size, sets, {name: tuple(values) for name, values in rows.items()})


def holds(facts: Facts, candidate: Candidate, original: Candidate) -> bool:
    """Whether every fact about ``original`` is true of ``candidate`` too."""
    present, before = (c.sets.get("R", 0) | c.sets["W"] | c.sets.get("F", 0) for c in (candidate, original))
    for name, a, b in facts:
        if name == "everything":
            return candidate == original
        if name.startswith("only:"):
            if not _same_members(name[5:], a, b, candidate, original, present, before):
                return False
            continue
        if not (present >> a & 1 and present >> b & 1):
            return False
        if name.startswith("!"):
            if candidate.relations[name[1:]][a] >> b & 1:
                return False
        elif name != "event" and not candidate.relations[name][a] >> b & 1:
            return False
    return True


def _same_members(
    name: str, a: int, b: int, candidate: Candidate, original: Candidate, present: int, before: int
) -> bool:
    between = -1 if a < 0 else ((1 << b) - 1) & ~((2 << a) - 1)
    now = present if name == "_" else candidate.sets.get(name, 0)
    then = before if name == "_" else original.sets.get(name, 0)
    return (now ^ then) & between == 0


def random_choice(universe: Universe, rng: Random, facts: Facts = frozenset(), like: Choice | None = None) -> Choice:
    """An execution, with ``facts`` built in as far as that is easy; where facts leave it open, often as in ``like``."""
    size = len(universe.events)
    named = {e for name, a, b in facts for e in (a, b) if e >= 0}
    present = (1 << universe.locations) - 1
    frozen_presence = any(name.startswith("only") for name, _, _ in facts)
    for e in range(universe.locations, size):
        kept = (
            rng.random() < 0.85
            if like is None or not (frozen_presence or rng.random() < 0.7)
            else like.present >> e & 1
        )
        if kept or e in named:
            present |= 1 << e
    for e in reversed(range(size)):
        half = universe.events[e].rmw
        if half is not None and present >> e & 1:
            present |= 1 << half
    place = _places(universe, rng, facts, like)
    forced = {b: a for name, a, b in facts if name == "rf"}
    sources = {}
    for e in range(size):
        if universe.events[e].kind == "R" and present >> e & 1:
            writes = [
                w for w in range(size) if universe.events[w].kind == "W" and present >> w & 1 and place[w] == place[e]
            ]
            old = like.sources.get(e) if like is not None and rng.random() < 0.5 else None
            sources[e] = forced.get(e, old if old in writes else rng.choice(writes))
    coherence = tuple(_order(universe, present, place, location, rng, facts) for location in range(universe.locations))
    dependencies = {}
    for name in DEPENDENCIES:
        pairs = {(a, b) for f, a, b in facts if f == name}
        for a in range(size):
            for b in range(a + 1, size):
                one, other = universe.events[a], universe.events[b]
                fits = one.kind == "R" and other.kind in ("W" if name == "data" else "RW")
                there = present >> a & 1 and present >> b & 1
                if fits and there and one.thread == other.thread and rng.random() < 0.1:
                    pairs.add((a, b))
        dependencies[name] = frozenset(pairs)
    return Choice(present, place, sources, coherence, dependencies)


def _places(universe: Universe, rng: Random, facts: Facts, like: Choice | None) -> tuple[int, ...]:
    place = []
    for e, event in enumerate(universe.events):
        if e < universe.locations:
            place.append(e)
        elif event.kind == "F":
            place.append(-1)
        else:
            place.append(
                like.place[e] if like is not None and rng.random() < 0.8 else rng.randrange(universe.locations)
            )
    pairs = [(a, b) for name, a, b in facts if name in ("rf", "co", "loc")]
    pairs += [(event.rmw, e) for e, event in enumerate(universe.events) if event.rmw is not None]
    groups = [{e} for e in range(len(place))]
    for a, b in pairs:
        if groups[a] is not groups[b]:
            groups[a] |= groups[b]
            for e in groups[b]:
                groups[e] = groups[a]
    return tuple(place[min(group)] for group in groups)


def _order(
    universe: Universe, present: int, place: tuple[int, ...], location: int, rng: Random, facts: Facts
) -> tuple[int, ...]:
    left = [
        e for e, event in enumerate(universe.events) if event.kind == "W" and place[e] == location and present >> e & 1
    ]
    pairs = [(a, b) for name, a, b in facts if name == "co" and a in left and b in left]
    result = []
    while left:
        free = [e for e in left if not any(b == e and a in left for a, b in pairs)] or left
        chosen = location if location in free else rng.choice(free)
        left.remove(chosen)
        result.append(chosen)
    return tuple(result)


TAGS: dict[str, list[tuple[str, ...]]] = {
    "R": [(), ("ONCE",), ("ONCE",), ("ACQUIRE",), ("NORETURN", "RMW"), ("MB", "RMW")],
    "W": [(), ("ONCE",), ("ONCE",), ("RELEASE",), ("UL",)],
    "F": [
        ("Mb",),
        ("Rmb",),
        ("Wmb",),
        ("Rcu-lock",),
        ("Rcu-unlock",),
        ("Sync-rcu",),
        ("Before-atomic",),
        ("After-atomic",),
    ],
}


def random_universe(rng: Random, threads: int = 3, length: int = 4, locations: int = 2) -> Universe:
    """Threads of reads, writes, read-modify-writes and fences of all kinds."""
    events = [Event(-1, "W", ("IW",)) for _ in range(locations)]
    for thread in range(threads):
        for _ in range(rng.randint(1, length)):
            kind = rng.choice("RRRWWWFU")
            if kind == "U":
                tags = rng.choice([("MB", "RMW"), ("ACQUIRE", "RMW"), ("LKR", "RMW")])
                events.append(Event(thread, "R", tags))
                events.append(Event(thread, "W", ("LKW", "RMW") if "LKR" in tags else tags, len(events) - 1))
            else:
                events.append(Event(thread, kind, rng.choice(TAGS[kind])))
    return Universe(tuple(events), locations)


def random_sections(rng: Random, locations: int = 2) -> Universe:
    """Read-side sections, some of them nested or unbalanced, against grace periods."""
    shapes = ("LaaU", "LaaU", "LLaUaU", "aSa", "aSa", "LaUaLaU", "LaaL", "UaLaU")
    events = [Event(-1, "W", ("IW",)) for _ in range(locations)]
    for thread in range(rng.randint(2, 3)):
        for step in rng.choice(shapes):
            if step == "a":
                events.append(Event(thread, rng.choice("RW"), ("ONCE",)))
            else:
                events.append(Event(thread, "F", ({"L": "Rcu-lock", "U": "Rcu-unlock", "S": "Sync-rcu"}[step],)))
    return Universe(tuple(events), locations)
