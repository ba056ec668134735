/* SPDX-License-Identifier: MIT */
/*
 * Lists whose neighbours are looked at (CONFIG_DEBUG_LIST, CONFIG_LIST_HARDENED), as lib/list_debug.c does: with the same
 * plain reads; a list that is broken is a failure. Before v4.10 the whole operations were there.
 */
#include <linux/list.h>
#include <linux/poison.h>
#include <linux/version.h>

static inline void __mc_list_add_looks(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	__mc_assert(next->prev == prev, "list-corruption", "list_add: next->prev is not prev");
	__mc_assert(prev->next == next, "list-corruption", "list_add: prev->next is not next");
	__mc_assert(entry != prev && entry != next, "list-corruption", "list_add: the entry is on the list already");
}

static inline void __mc_list_del_looks(struct list_head *entry)
{
	struct list_head *prev = entry->prev;
	struct list_head *next = entry->next;

	__mc_assert(next != LIST_POISON1, "list-corruption", "list_del: the entry was removed before (next is poison)");
	__mc_assert(prev != LIST_POISON2, "list-corruption", "list_del: the entry was removed before (prev is poison)");
	__mc_assert(prev->next == entry, "list-corruption", "list_del: prev->next is not the entry");
	__mc_assert(next->prev == entry, "list-corruption", "list_del: next->prev is not the entry");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#if defined(CONFIG_LIST_HARDENED) || defined(CONFIG_DEBUG_LIST)
bool __list_add_valid_or_report(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	__mc_list_add_looks(entry, prev, next);
	return true;
}

bool __list_del_entry_valid_or_report(struct list_head *entry)
{
	__mc_list_del_looks(entry);
	return true;
}
#endif
#elif defined(CONFIG_DEBUG_LIST) && LINUX_VERSION_CODE >= KERNEL_VERSION(4, 10, 0)
bool __list_add_valid(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	__mc_list_add_looks(entry, prev, next);
	return true;
}

bool __list_del_entry_valid(struct list_head *entry)
{
	__mc_list_del_looks(entry);
	return true;
}
#elif defined(CONFIG_DEBUG_LIST)
void __list_add(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	__mc_list_add_looks(entry, prev, next);
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	prev->next = entry;
}

void __list_del_entry(struct list_head *entry)
{
	struct list_head *prev = entry->prev;
	struct list_head *next = entry->next;

	__mc_list_del_looks(entry);
	next->prev = prev;
	prev->next = next;
}

void list_del(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->next = LIST_POISON1;
	entry->prev = LIST_POISON2;
}
#endif
