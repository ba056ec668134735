"""The independent oracle: every interleaving of a program's steps under SC and TSO, by explicit enumeration.

`explore` asks the question, `space` is one round of search, `reduction` says what may be left out, `system` is the
transition relation (the memory models), `state` and `local` are what it goes from and to, `locals` runs
threads from step to step, `objects` gives addresses, `lives` ends them, `endless` and `leak` judge ends, `describe` and
`witness` tell a schedule.
"""
