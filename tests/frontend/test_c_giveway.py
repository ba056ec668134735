"""What the user's files define counts, and what our headers have under its name gives way."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.errors import InputError
from tests.frontend.c_running import values

MARK = "long out[2];\n"
CALLS = {
    "a function, in the file that includes the header": (
        "#include <linux/llist.h>\n" + MARK + "bool llist_add_batch(struct llist_node *a, struct llist_node *b, "
        "struct llist_head *h) { out[0] = 7; return 0; }\n",
        "struct llist_head h; struct llist_node n; out[1] = llist_add(&n, &h);",
        [7, 0],
    ),
    "a static function of a header": (
        "#include <linux/list.h>\n"
        + MARK
        + "static inline void list_add(struct list_head *n, struct list_head *h) { out[0] = 7; }\n",
        "LIST_HEAD(h); LIST_HEAD(n); list_add(&n, &h); out[1] = list_empty(&h);",
        [7, 1],
    ),
    "a macro": (
        "#include <linux/mutex.h>\n" + MARK + "void mutex_lock(struct mutex *lock)\n{\n\tout[0] += 7;\n}\n",
        "struct mutex m; mutex_lock(&m); mutex_lock_nested(&m, 1); out[1] = 3;",
        [14, 3],
    ),
    "a macro that is another one": (
        "#include <linux/slab.h>\n" + MARK + "void kfree_const(const void *p) { out[0] = 7; }\n",
        "kfree_const(out); kfree(0); out[1] = 3;",
        [7, 3],
    ),
    "a macro and the function behind it": (
        "#include <linux/slab.h>\n#include <linux/rcupdate.h>\n" + MARK + "void kfree(const void *p) { out[0]++; }\n"
        "static void synchronize_rcu(void) { out[1] = 7; }\n",
        "kfree(out); kfree_sensitive(0); synchronize_rcu();",
        [2, 7],
    ),
    "a name in parentheses": (
        "#include <stdlib.h>\n" + MARK + "void (free)(void *p) { out[0] += p == out; }\n",
        "free(out); (free)(out); out[1] = 3;",
        [2, 3],
    ),
    "attributes before and behind its name": (
        "#include <linux/compiler.h>\n#include <linux/llist.h>\n" + MARK + "#define __mine\n"
        "__attribute__((noinline)) __mine bool __attribute__((cold)) llist_add_batch(struct llist_node *a, "
        "struct llist_node *b, struct llist_head *h) /* { */\n__acquires(x)\n{ out[0] = 7; return 1; }\n",
        "struct llist_head h; struct llist_node n; out[1] = llist_add(&n, &h);",
        [7, 1],
    ),
    "a memory function": (
        "#include <linux/string.h>\n" + MARK + "void *memcpy(void *to, const void *from, size_t n) { return to; }\n",
        "long one = 1, two = 2; memcpy(&one, &two, 8); out[0] = one; __builtin_memcpy(&one, &two, 8); out[1] = one;",
        [1, 2],
    ),
    "a macro that was defined before": (
        "#define min(a, b) 7\n#define ARRAY_SIZE(x) \\\n    8\n#include <linux/minmax.h>\n#include <linux/kernel.h>\n"
        + MARK,
        "out[0] = min(1, 2); out[1] = ARRAY_SIZE(out);",
        [7, 8],
    ),
    "a macro from where it is defined on": (
        "#include <linux/minmax.h>\n" + MARK + "static int before(void) { return min(1, 2); }\n"
        "#undef min\n#define min(a, b) 7\n",
        "out[0] = before(); out[1] = min(1, 2);",
        [1, 7],
    ),
    "a function of POSIX": (
        "#include <pthread.h>\n" + MARK + "int pthread_mutex_lock(pthread_mutex_t *m) { return 7; }\n",
        "pthread_mutex_t m; out[0] = pthread_mutex_lock(&m); out[1] = 3;",
        [7, 3],
    ),
    "nothing, where its text does not count": (
        "#include <linux/minmax.h>\n#include <linux/math.h>\n" + MARK + "#if 0\nint abs(int x) { return 7; }\n"
        "#endif\n/* unsigned long int_sqrt(unsigned long x) { return 7; } */\n",
        "out[0] = abs(-3); out[1] = int_sqrt(9);",
        [3, 3],
    ),
}


@pytest.mark.parametrize("what", CALLS)
def test_the_users_definition_is_the_one_that_runs(tmp_path: Path, what: str) -> None:
    before, statements, expected = CALLS[what]
    assert values(tmp_path, f"{before}int main(void) {{ {statements} return 0; }}") == expected


def test_calls_in_other_files_that_include_our_header_reach_it(tmp_path: Path) -> None:
    mine = "#include <linux/llist.h>\nextern long out[];\nbool llist_add_batch(struct llist_node *a, "
    mine += "struct llist_node *b, struct llist_head *h) { out[0] = 7; return 0; }\n"
    lock = "struct mutex { int a, b; };\nextern long out[];\n"
    lock += "int mutex_trylock(struct mutex *m) { out[1] = 8; return 0; }\n"
    code = "#include <linux/llist.h>\n#include <linux/mutex.h>\nlong out[3];\nint main(void) { struct llist_head h; "
    code += "struct llist_node n; struct mutex m; llist_add(&n, &h); out[2] = mutex_trylock(&m); return 0; }"
    assert values(tmp_path, code, mine=mine, lock=lock) == [7, 8, 0]


def test_a_static_function_counts_in_its_own_file_only(tmp_path: Path) -> None:
    other = "#include <linux/list.h>\nstatic void list_add(struct list_head *n, struct list_head *h) {}\n"
    other += "int other(void) { LIST_HEAD(h); LIST_HEAD(n); list_add(&n, &h); return list_empty(&h); }"
    code = "#include <linux/list.h>\nint other(void); long out[2];\nint main(void) { LIST_HEAD(h); LIST_HEAD(n); "
    code += "list_add(&n, &h); out[0] = list_empty(&h); out[1] = other(); return 0; }"
    assert values(tmp_path, code, other=other) == [0, 1]


def test_a_definition_that_does_not_fit_our_header_is_told(tmp_path: Path) -> None:
    code = "#include <linux/llist.h>\nint llist_add_batch(int *a) { return 0; }\nint main(void) { return 0; }"
    with pytest.raises(InputError, match="conflicting types for 'llist_add_batch'"):
        values(tmp_path, code)
