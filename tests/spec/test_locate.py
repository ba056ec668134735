"""Positions of keys in TOML texts."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcheck.frontend.spec.locate import Path, Position, locate

TEXT = '''# a comment with [brackets] and "quotes"
title = "x # no comment" # a comment
a.b."c d" = """first
[not.a.table]
key = "not a key"
"""
list = [ # comment, with ] bracket
  1, "a]",
  [2,
   3],
  { k = 'v', m.n = 2 },
]
[table . "quoted key"]
inline = { one = "f", two = ["x", "y"] }
when = 1979-05-27 07:32:00
[[array]]
name = 1
  [array.sub]
  z = """"quotes" at both ends\\""""
[[array]]
[[array.inner]]
[[array.inner]]
deep = true
[array.sub]
z = \'\'\'
raw \\\'\'\'
'''


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 1, 1),
        (("title",), 2, 1),
        (("a",), 3, 1),
        (("a", "b"), 3, 3),
        (("a", "b", "c d"), 3, 5),
        (("list",), 7, 1),
        (("list", 1), 8, 6),
        (("list", 2), 9, 3),
        (("list", 2, 1), 10, 4),
        (("list", 3, "k"), 11, 5),
        (("list", 3, "m", "n"), 11, 16),
        (("table", "quoted key"), 13, 10),
        (("table", "quoted key", "inline"), 14, 1),
        (("table", "quoted key", "inline", "two"), 14, 23),
        (("table", "quoted key", "inline", "two", 1), 14, 35),
        (("table", "quoted key", "when"), 15, 1),
        (("array", 0), 16, 1),
        (("array", 0, "name"), 17, 1),
        (("array", 0, "sub", "z"), 19, 3),
        (("array", 1), 20, 1),
        (("array", 1, "inner", 0), 21, 1),
        (("array", 1, "inner", 1, "deep"), 23, 1),
        (("array", 1, "sub", "z"), 25, 1),
    ],
)
def test_a_key_is_where_it_is_written(path: Path, line: int, column: int) -> None:
    tomllib.loads(TEXT)
    assert locate(TEXT)[path] == Position(line, column)


def paths(value: Any, path: Path = ()) -> list[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in paths(item, (*path, key)))]


keys = st.sampled_from(["a", "b-1", '"q.x"', "'#'", "a . b", '"\\""'])
scalars = st.sampled_from(["1", "-2.5e3", "true", '"s"', "'#]'", '"""m\n#\n"""', "'''\n]'''", "1979-05-27", '"\\"}"'])
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[ # c ]\n" + ",\n ".join(items) + "\n]"),
        st.lists(st.tuples(keys, inner), max_size=2).map(
            lambda items: "{" + ", ".join(f"{key} = {item}" for key, item in items) + "}"
        ),
    ),
    max_leaves=5,
)
lines = st.one_of(
    st.tuples(keys, values).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    keys.map(lambda key: f"[t.{key}] # c"),
    keys.map(lambda key: f"[[l.{key}]]"),
    st.just(""),
)


@given(st.lists(lines, max_size=8).map("\n".join))
def test_every_key_and_element_of_a_valid_text_has_a_position(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    positions = locate(text)
    assert set(paths(document)) == set(positions)
    last = text.count("\n") + 1
    assert all(1 <= place.line <= last for place in positions.values())
