/* SPDX-License-Identifier: MIT */
/*
 * The page lock, and the bits of an address_space. The page lock is bit PG_locked: taking it acquires, giving it back
 * releases; waiting for it is one step that cannot be taken before the bit is clear. Like in the kernel it does not
 * say who holds it.
 */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/bitops.h>
#include <linux/bit_spinlock.h>
#include <linux/sched.h>

enum mapping_flags {
	AS_EIO = __GFP_BITS_SHIFT,
	AS_ENOSPC,
	AS_MM_ALL_LOCKS,
	AS_UNEVICTABLE,
	AS_EXITING,
	AS_NO_WRITEBACK_TAGS,
	__MC_AS_LAST,
};

static inline int trylock_page(struct page *page)
{
	return !test_and_set_bit_lock(PG_locked, &page->flags);
}

static inline void lock_page(struct page *page)
{
	__mc_bit_lock(PG_locked, &page->flags);
}

static inline int lock_page_killable(struct page *page)
{
	if (__mc_interrupted())
		return -EINTR;
	lock_page(page);
	return 0;
}

static inline void unlock_page(struct page *page)
{
	__mc_assert(__mc_rmw(&page->flags, 8, "andnot", 1UL << PG_locked, "ONCE", "RELEASE") & 1UL << PG_locked,
		    "lock-misuse", "unlock_page() of a page that is not locked");
}

#define __lock_page(page) lock_page(page)
#define __set_page_locked(page) __set_bit(PG_locked, &(page)->flags)
#define __clear_page_locked(page) __clear_bit(PG_locked, &(page)->flags)
#define wait_on_page_locked(page) \
	((void)__mc_await(&(page)->flags, 8, "clear", 1UL << PG_locked, "ACQUIRE"))
#define wait_on_page_writeback(page) \
	((void)__mc_await(&(page)->flags, 8, "clear", 1UL << PG_writeback, "ACQUIRE"))
#define end_page_writeback(page) clear_bit_unlock(PG_writeback, &(page)->flags)
#define page_cache_get_speculative(page) get_page_unless_zero(page)

#define folio_trylock(folio) (trylock_page(&(folio)->page) != 0)
#define folio_lock(folio) lock_page(&(folio)->page)
#define folio_unlock(folio) unlock_page(&(folio)->page)
#define folio_wait_locked(folio) wait_on_page_locked(&(folio)->page)
#define folio_wait_writeback(folio) wait_on_page_writeback(&(folio)->page)

static inline void mapping_set_error(struct address_space *mapping, int error)
{
	if (error)
		set_bit(error == -ENOSPC ? AS_ENOSPC : AS_EIO, &mapping->flags);
}

static inline void mapping_set_unevictable(struct address_space *mapping)
{
	set_bit(AS_UNEVICTABLE, &mapping->flags);
}

static inline void mapping_clear_unevictable(struct address_space *mapping)
{
	clear_bit(AS_UNEVICTABLE, &mapping->flags);
}

static inline int mapping_unevictable(struct address_space *mapping)
{
	return mapping && test_bit(AS_UNEVICTABLE, &mapping->flags);
}

/* Until v4.9 the mask is the low bits of the flags word, and setting it is a plain read and write of that word. */
static inline gfp_t mapping_gfp_mask(struct address_space *mapping)
{
	return (gfp_t)mapping->flags & __GFP_BITS_MASK;
}

static inline void mapping_set_gfp_mask(struct address_space *mapping, gfp_t mask)
{
	mapping->flags = (mapping->flags & ~(unsigned long)__GFP_BITS_MASK) | mask;
}

#endif
