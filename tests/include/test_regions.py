"""Regions that grace periods of RCU wait for since v5.0, and the sources of older kernels. By both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.c import parse_program
from modelcheck.frontend.spec import load_program, read_spec
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES, Fence
from modelcheck.solve.check import check

ASKED = frozenset(PROPERTIES) - {"race"}
OLD = {"MC_KERNEL_VERSION": str(4 << 16 | 19 << 8)}
PROGRAM = """
#include <lkmm.h>
#include <linux/bit_spinlock.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <pthread.h>
static int *gp; static DEFINE_SPINLOCK(lock); static DEFINE_RAW_SPINLOCK(raw); static DEFINE_RWLOCK(rw);
static DEFINE_MUTEX(mutex); static unsigned long bits;
static void *reader(void *a)
{
	unsigned long flags = 0; int *p;
	(void)flags;
	ENTER; p = rcu_dereference_raw(gp); if (p) BUG_ON(READ_ONCE(*p) != 1); LEAVE;
	return a;
}
static void *writer(void *a)
{
	int *p = gp;
	rcu_assign_pointer(gp, NULL); GRACE;
	kfree(p);
	return a;
}
int main(void)
{
	pthread_t x, y;
	gp = kmalloc(sizeof(*gp), GFP_KERNEL); *gp = 1;
	pthread_create(&x, 0, reader, 0); pthread_create(&y, 0, writer, 0); pthread_join(x, 0); pthread_join(y, 0);
	return 0;
}
"""
REGIONS = [
    ("preempt_disable()", "preempt_enable()"),
    ("local_bh_disable()", "local_bh_enable()"),
    ("local_irq_save(flags)", "local_irq_restore(flags)"),
    ("local_irq_disable()", "local_irq_enable()"),
    ("get_cpu()", "put_cpu()"),
    ("spin_lock(&lock)", "spin_unlock(&lock)"),
    ("spin_lock_irqsave(&lock, flags)", "spin_unlock_irqrestore(&lock, flags)"),
    ("if (spin_trylock_bh(&lock))", "spin_unlock_bh(&lock)"),
    ("raw_spin_lock_irq(&raw)", "raw_spin_unlock_irq(&raw)"),
    ("read_lock(&rw)", "read_unlock(&rw)"),
    ("write_lock_bh(&rw)", "write_unlock_bh(&rw)"),
    ("bit_spin_lock(0, &bits)", "bit_spin_unlock(0, &bits)"),
    ("spin_lock_irqsave(&lock, flags); spin_unlock(&lock)", "local_irq_restore(flags)"),
    ("rcu_read_lock_sched()", "rcu_read_unlock_sched()"),
]
REGIONS += [
    # arch_local_irq_save() and arch_local_irq_restore(): interrupts are off or not, and do not count
    ("local_irq_disable(); local_irq_save(flags); local_irq_restore(flags)", "local_irq_enable()"),
    (
        "local_irq_disable(); spin_lock_irqsave(&lock, flags); spin_unlock_irqrestore(&lock, flags)",
        "local_irq_enable()",
    ),
    ("local_irq_enable(); local_irq_disable(); local_irq_disable()", "local_irq_enable()"),
    ("rcu_read_lock(); local_irq_enable()", "rcu_read_unlock()"),
    ("local_irq_disable(); rcu_read_lock(); local_irq_enable()", "rcu_read_unlock()"),
    ("local_irq_save(flags); local_irq_enable(); local_irq_disable()", "local_irq_restore(flags)"),
]
ENDED = [
    ("local_irq_disable(); local_irq_disable(); local_irq_enable()", "(void)0"),
    ("local_irq_disable(); spin_lock_irq(&lock); spin_unlock_irq(&lock)", "local_irq_enable()"),
    ("local_irq_save(flags); local_irq_enable()", "local_irq_restore(flags)"),
    ("local_irq_save(flags); local_irq_disable(); local_irq_restore(flags)", "(void)0"),
    ("spin_lock_irqsave(&lock, flags); local_irq_enable(); spin_unlock(&lock)", "local_irq_restore(flags)"),
]
NONE = [("mutex_lock(&mutex)", "mutex_unlock(&mutex)"), ("spin_lock(&lock); spin_unlock(&lock)", "(void)0")]


def found(tmp_path: Path, region: tuple[str, str], grace: str = "synchronize_rcu()", **defines: str) -> list[str]:
    (tmp_path / "p.c").write_text(PROGRAM)
    macros = {"ENTER": region[0], "LEAVE": region[1], "GRACE": grace, **defines}
    program = parse_program([tmp_path / "p.c"], defines=macros)
    first = explore(program, "sc", ASKED)
    second = check(program, load_model("lkmm"), ASKED)
    return [first.finding.property if first.finding else first.verdict, second.property or second.verdict]


@pytest.mark.parametrize("region", REGIONS)
def test_a_grace_period_waits_for_who_is_in_it(tmp_path: Path, region: tuple[str, str]) -> None:
    if region[0].startswith("if"):
        region = (region[0] + " {", region[1] + "; }")
    assert found(tmp_path, region) == ["PASS", "PASS"]


@pytest.mark.parametrize("region", [*NONE, *ENDED])
def test_it_does_not_wait_for_others(tmp_path: Path, region: tuple[str, str]) -> None:
    assert found(tmp_path, region) == ["use-after-free", "use-after-free"]


def test_before_it_did_not(tmp_path: Path) -> None:
    assert found(tmp_path, REGIONS[0], **OLD) == ["use-after-free", "use-after-free"]
    assert found(tmp_path, REGIONS[5], **OLD) == ["use-after-free", "use-after-free"]
    assert found(tmp_path, ("rcu_read_lock()", "rcu_read_unlock()"), **OLD) == ["PASS", "PASS"]
    assert found(tmp_path, REGIONS[0], "synchronize_sched()", **OLD) == ["UNKNOWN", "UNKNOWN"]


def test_where_nobody_waits_nothing_is_left_of_them(tmp_path: Path) -> None:
    (tmp_path / "p.c").write_text(PROGRAM)
    for grace, expected in (("synchronize_rcu()", True), ("(void)0", False)):
        macros = {"ENTER": "spin_lock_irq(&lock)", "LEAVE": "spin_unlock_irq(&lock)", "GRACE": grace}
        program = parse_program([tmp_path / "p.c"], defines=macros)
        steps = [step for block in program.functions["reader"].blocks for step in block.instructions]
        assert any(isinstance(step, Fence) for step in steps) == expected


def test_caches_wait_only_where_a_source_names_their_kind(tmp_path: Path) -> None:
    cache = """
#include <linux/slab.h>
#include <linux/spinlock.h>
static DEFINE_SPINLOCK(lock);
int main(void)
{
	struct kmem_cache *cache = kmem_cache_create("c", 8, 0, FLAGS, NULL);
	void *a = kmem_cache_alloc(cache, GFP_KERNEL), *b = kmem_cache_alloc(cache, GFP_KERNEL);

	spin_lock(&lock);
	kmem_cache_free(cache, a);
	kfree(b);
	spin_unlock(&lock);
	kmem_cache_destroy(cache);
	return 0;
}
"""
    file = tmp_path / "p.c"
    for flags, named, verdict in (("0", False, "PASS"), ("SLAB_TYPESAFE_BY_RCU", True, "PASS")):
        file.write_text(cache.replace("FLAGS", flags))
        program = parse_program([file])
        blocks = [block for function in program.functions.values() for block in function.blocks]
        assert any(isinstance(step, Fence) for block in blocks for step in block.instructions) == named
        assert explore(program, "sc", ASKED).verdict == verdict
    file.write_text(cache)
    hidden = explore(parse_program([file], defines={"FLAGS": "0x80000"}), "sc", ASKED)
    assert hidden.verdict == "UNKNOWN"
    assert "a_cache_of_SLAB_TYPESAFE_BY_RCU_that_no_source_names" in hidden.reason


def test_a_spec_says_of_which_kernel_its_sources_are(tmp_path: Path) -> None:
    (tmp_path / "p.c").write_text("#include <mc/region.h>\nint old = MC_RCU_FLAVORS;\nint main(void) { return old; }\n")
    text = 'sources = ["p.c"]\n{}\n[scenarios.main]\nabout = "x"\n'
    for kernel, old in (("", 0), ('kernel = "4.19"', 1), ('kernel = "5.0"', 0), ('kernel = "6.1.12"', 0)):
        (tmp_path / "spec.toml").write_text(text.format(kernel))
        spec = read_spec(tmp_path)
        program = load_program(spec, spec.scenarios["main"], spec.variants["base"])
        thing = next(o for o in program.objects if o.name == "old")
        assert [value for _, _, value in thing.cells if value] == [old] * bool(old)
    for wrong in ('"newest"', '"v4.19"', "4.19", '"4"'):
        (tmp_path / "spec.toml").write_text(text.format(f"kernel = {wrong}"))
        with pytest.raises(InputError) as error:
            read_spec(tmp_path)
        assert error.value.line == 2
