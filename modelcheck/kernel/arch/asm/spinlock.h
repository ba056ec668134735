/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_SPINLOCK_H
#define MC_ARCH_ASM_SPINLOCK_H

#include <asm/processor.h>
#include <mc/lock.h>

#ifdef CONFIG_QUEUED_SPINLOCKS
#include <asm/qspinlock.h>
#else
#define arch_spin_lock(lock) __mc_lock(&(lock)->word, "spinlock")
#define arch_spin_trylock(lock) __mc_trylock(&(lock)->word, "spinlock")
#define arch_spin_unlock(lock) __mc_unlock_word(&(lock)->word, "spinlock")
#define arch_spin_is_locked(lock) __mc_is_locked(&(lock)->word)
#define arch_spin_value_unlocked(lock) ((lock).word == 0)
/* Whether somebody waits is anything: a hint, which nothing may rest on. */
#define arch_spin_is_contended(lock) ((void)(lock), (int)__mc_choose(2))
#define arch_spin_lock_flags(lock, flags) arch_spin_lock(lock)
#define arch_spin_unlock_wait(lock) ((void)__mc_await(&(lock)->word, 4, "eq", 0, "ACQUIRE"))
#endif

#ifdef CONFIG_QUEUED_RWLOCKS
#include <asm/qrwlock.h>
#else
#define arch_read_lock(lock) __mc_read_lock(&(lock)->word, "rwlock")
#define arch_read_trylock(lock) __mc_read_trylock(&(lock)->word, "rwlock")
#define arch_read_unlock(lock) __mc_read_unlock(&(lock)->word, "rwlock")
#define arch_write_lock(lock) __mc_write_lock(&(lock)->word, "rwlock")
#define arch_write_trylock(lock) __mc_write_trylock(&(lock)->word, "rwlock")
#define arch_write_unlock(lock) __mc_write_unlock(&(lock)->word, "rwlock")
#define arch_rwlock_is_contended(lock) ((void)(lock), (int)__mc_choose(2))
#endif
#define arch_read_can_lock(lock) ((__mc_load((lock), 4, "ONCE") & __MC_WRITER) == 0)
#define arch_write_can_lock(lock) (__mc_load((lock), 4, "ONCE") == 0)
#define arch_read_lock_flags(lock, flags) arch_read_lock(lock)
#define arch_write_lock_flags(lock, flags) arch_write_lock(lock)
#define arch_spin_relax(lock) cpu_relax()
#define arch_read_relax(lock) cpu_relax()
#define arch_write_relax(lock) cpu_relax()

#endif
