"""The independent oracle: every interleaving of a program's steps under SC and TSO, by explicit enumeration."""
