/* SPDX-License-Identifier: MIT */
/* Per-CPU data. The tree's own header makes sections and assembly of them. */
#ifndef MC_ARCH_LINUX_PERCPU_DEFS_H
#define MC_ARCH_LINUX_PERCPU_DEFS_H

/* See the folder's README: a variable is as many objects as there are CPUs, __MC_PERCPU_PITCH bytes apart. */
#define __MC_PERCPU_PITCH 0x100000UL
#define __MC_TEXT_(x) #x
#define __MC_TEXT(x) __MC_TEXT_(x)
#define __MC_PERCPU __attribute__((annotate("mc_percpu 0x100000 " __MC_TEXT(CONFIG_NR_CPUS))))

/* Threads of a scenario run after init and before final, each on a CPU of its own, from 0 on. */
#ifdef MC_MAIN_RUNS
#define __mc_cpu_of_thread() __mc_self()
#else
#define __mc_cpu_of_thread() (__mc_self() ? __mc_self() - 1 : 0UL)
#endif
void more_threads_than_CONFIG_NR_CPUS(void);
static inline unsigned int __mc_cpu(void)
{
	if (__mc_cpu_of_thread() >= CONFIG_NR_CPUS)
		more_threads_than_CONFIG_NR_CPUS();
	return (unsigned int)__mc_cpu_of_thread();
}

#define PER_CPU_BASE_SECTION ".data..percpu"
#define PER_CPU_ATTRIBUTES
#define DECLARE_PER_CPU_SECTION(type, name, sec) extern __MC_PERCPU __typeof__(type) name
#define DEFINE_PER_CPU_SECTION(type, name, sec) __MC_PERCPU __typeof__(type) name
#define DECLARE_PER_CPU(type, name) DECLARE_PER_CPU_SECTION(type, name, "")
#define DEFINE_PER_CPU(type, name) DEFINE_PER_CPU_SECTION(type, name, "")
#define DECLARE_PER_CPU_FIRST(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_FIRST(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_PAGE_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_DECRYPTED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_DECRYPTED(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_CACHE_HOT(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_CACHE_HOT(type, name) DEFINE_PER_CPU(type, name)
#define EXPORT_PER_CPU_SYMBOL(name)
#define EXPORT_PER_CPU_SYMBOL_GPL(name)

#define __verify_pcpu_ptr(ptr) ((void)(ptr))
#define SHIFT_PERCPU_PTR(ptr, offset) ((__typeof__((void)0, (ptr)))((unsigned long)(ptr) + (offset)))
#define per_cpu_offset(cpu) ((unsigned long)(cpu) * __MC_PERCPU_PITCH)
#define __my_cpu_offset per_cpu_offset(__mc_cpu())
#define my_cpu_offset __my_cpu_offset
#define per_cpu_ptr(ptr, cpu) SHIFT_PERCPU_PTR(ptr, per_cpu_offset(cpu))
#define raw_cpu_ptr(ptr) per_cpu_ptr(ptr, __mc_cpu())
#define arch_raw_cpu_ptr(ptr) raw_cpu_ptr(ptr)
#define this_cpu_ptr(ptr) raw_cpu_ptr(ptr)
#define __this_cpu_ptr(ptr) raw_cpu_ptr(ptr)
#define per_cpu(name, cpu) (*per_cpu_ptr(&(name), cpu))
#define get_cpu_var(name) (*({ preempt_disable(); this_cpu_ptr(&name); }))
#define put_cpu_var(name) do { (void)&(name); preempt_enable(); } while (0)
#define get_cpu_ptr(name) ({ preempt_disable(); this_cpu_ptr(name); })
#define put_cpu_ptr(name) do { (void)(name); preempt_enable(); } while (0)
#define __this_cpu_preempt_check(op) ((void)0)
#define __get_cpu_var(name) (*raw_cpu_ptr(&(name)))
#define __raw_get_cpu_var(name) __get_cpu_var(name)

/*
 * raw_cpu_* and __this_cpu_*: plain accesses of the element of this CPU. this_cpu_*: no interrupt of this CPU comes between
 * their read and their write; other CPUs see a marked read and a marked write, and no more: on x86 they have no lock prefix.
 */
#define raw_cpu_read(name) (*raw_cpu_ptr(&(name)))
#define raw_cpu_write(name, value) ((void)(*raw_cpu_ptr(&(name)) = (value)))
#define raw_cpu_add(name, value) ((void)(*raw_cpu_ptr(&(name)) += (value)))
#define raw_cpu_and(name, value) ((void)(*raw_cpu_ptr(&(name)) &= (value)))
#define raw_cpu_or(name, value) ((void)(*raw_cpu_ptr(&(name)) |= (value)))
#define raw_cpu_add_return(name, value) (*raw_cpu_ptr(&(name)) += (value))
#define raw_cpu_xchg(name, value) ({					\
	__typeof__(&(name)) __mc_at = raw_cpu_ptr(&(name));		\
	__typeof__((void)0, *__mc_at) __mc_was = *__mc_at;		\
	*__mc_at = (value);						\
	__mc_was;							\
})
#define raw_cpu_cmpxchg(name, old, new) ({				\
	__typeof__(&(name)) __mc_at = raw_cpu_ptr(&(name));		\
	__typeof__((void)0, *__mc_at) __mc_was = *__mc_at;		\
	if (__mc_was == (old))						\
		*__mc_at = (new);					\
	__mc_was;							\
})
#define raw_cpu_try_cmpxchg(name, oldp, new) ({				\
	__typeof__((void)0, *(oldp)) __mc_had = raw_cpu_cmpxchg(name, *(oldp), new); \
	_Bool __mc_same = __mc_had == *(oldp);				\
	if (!__mc_same)							\
		*(oldp) = __mc_had;					\
	__mc_same;							\
})
#define raw_cpu_sub(name, value) raw_cpu_add(name, -(value))
#define raw_cpu_inc(name) raw_cpu_add(name, 1)
#define raw_cpu_dec(name) raw_cpu_add(name, -1)
#define raw_cpu_sub_return(name, value) raw_cpu_add_return(name, -(value))
#define raw_cpu_inc_return(name) raw_cpu_add_return(name, 1)
#define raw_cpu_dec_return(name) raw_cpu_add_return(name, -1)
#define __this_cpu_read(name) raw_cpu_read(name)
#define __this_cpu_write(name, value) raw_cpu_write(name, value)
#define __this_cpu_add(name, value) raw_cpu_add(name, value)
#define __this_cpu_sub(name, value) raw_cpu_sub(name, value)
#define __this_cpu_and(name, value) raw_cpu_and(name, value)
#define __this_cpu_or(name, value) raw_cpu_or(name, value)
#define __this_cpu_inc(name) raw_cpu_inc(name)
#define __this_cpu_dec(name) raw_cpu_dec(name)
#define __this_cpu_add_return(name, value) raw_cpu_add_return(name, value)
#define __this_cpu_sub_return(name, value) raw_cpu_sub_return(name, value)
#define __this_cpu_inc_return(name) raw_cpu_inc_return(name)
#define __this_cpu_dec_return(name) raw_cpu_dec_return(name)
#define __this_cpu_xchg(name, value) raw_cpu_xchg(name, value)
#define __this_cpu_cmpxchg(name, old, new) raw_cpu_cmpxchg(name, old, new)
#define __this_cpu_try_cmpxchg(name, oldp, new) raw_cpu_try_cmpxchg(name, oldp, new)

#define __mc_this_change(name, operation, value) ({			\
	__typeof__(&(name)) __mc_at = raw_cpu_ptr(&(name));		\
	__typeof__((void)0, *__mc_at) __mc_new = READ_ONCE(*__mc_at) operation (value); \
	WRITE_ONCE(*__mc_at, __mc_new);					\
	__mc_new;							\
})

#define this_cpu_read(name) READ_ONCE(*raw_cpu_ptr(&(name)))
#define this_cpu_write(name, value) ((void)WRITE_ONCE(*raw_cpu_ptr(&(name)), (value)))
#define this_cpu_add_return(name, value) __mc_this_change(name, +, value)
#define this_cpu_add(name, value) ((void)__mc_this_change(name, +, value))
#define this_cpu_sub(name, value) ((void)__mc_this_change(name, -, value))
#define this_cpu_and(name, value) ((void)__mc_this_change(name, &, value))
#define this_cpu_or(name, value) ((void)__mc_this_change(name, |, value))
#define this_cpu_inc(name) this_cpu_add(name, 1)
#define this_cpu_dec(name) this_cpu_sub(name, 1)
#define this_cpu_sub_return(name, value) this_cpu_add_return(name, -(value))
#define this_cpu_inc_return(name) this_cpu_add_return(name, 1)
#define this_cpu_dec_return(name) this_cpu_add_return(name, -1)
#define this_cpu_xchg(name, value) ({					\
	__typeof__(&(name)) __mc_at = raw_cpu_ptr(&(name));		\
	__typeof__((void)0, *__mc_at) __mc_was = READ_ONCE(*__mc_at);	\
	WRITE_ONCE(*__mc_at, (value));					\
	__mc_was;							\
})
#define this_cpu_cmpxchg(name, old, new) ({				\
	__typeof__(&(name)) __mc_at = raw_cpu_ptr(&(name));		\
	__typeof__((void)0, *__mc_at) __mc_was = READ_ONCE(*__mc_at);	\
	if (__mc_was == (old))						\
		WRITE_ONCE(*__mc_at, (new));				\
	__mc_was;							\
})
#define this_cpu_try_cmpxchg(name, oldp, new) ({			\
	__typeof__((void)0, *(oldp)) __mc_had = this_cpu_cmpxchg(name, *(oldp), new); \
	_Bool __mc_same = __mc_had == *(oldp);				\
	if (!__mc_same)							\
		*(oldp) = __mc_had;					\
	__mc_same;							\
})
/* 16 bytes at once; *(oldp) becomes what was there. */
#define this_cpu_try_cmpxchg128(name, oldp, new) ({			\
	const __typeof__((void)0, name) __mc_pair = (new);		\
	__mc_try_pair(raw_cpu_ptr(&(name)), (oldp), &__mc_pair, "ONCE", "ONCE", "ONCE"); \
})
/* Two words that stand side by side, at once. */
#define this_cpu_cmpxchg_double(first, second, old1, old2, new1, new2) ({ \
	unsigned long __mc_old[2] = { (unsigned long)(old1), (unsigned long)(old2) }; \
	const unsigned long __mc_new[2] = { (unsigned long)(new1), (unsigned long)(new2) }; \
	(void)&(second);						\
	__mc_try_pair(raw_cpu_ptr(&(first)), __mc_old, __mc_new, "ONCE", "ONCE", "ONCE"); \
})
#define __this_cpu_cmpxchg_double(first, second, old1, old2, new1, new2) \
	this_cpu_cmpxchg_double(first, second, old1, old2, new1, new2)
#define this_cpu_cmpxchg64(name, old, new) this_cpu_cmpxchg(name, old, new)
#define this_cpu_cmpxchg_local(name, old, new) this_cpu_cmpxchg(name, old, new)

#endif
