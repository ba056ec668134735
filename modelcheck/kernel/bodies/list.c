/* SPDX-License-Identifier: MIT */
/* What CONFIG_DEBUG_LIST looks at before an entry is linked or unlinked: what does not fit is a finding, and nothing is done. */
#include <linux/list.h>
#include <linux/poison.h>

#define __mc_list_is(holds, what) ({					\
	bool __mc_fits = (holds);					\
	__mc_assert(__mc_fits, "list-corruption", what);		\
	__mc_fits;							\
})

static bool __mc_may_add(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	__mc_assumes("lists-are-checked");
	return __mc_list_is(next->prev == prev, "list_add: next->prev is not prev") &&
	       __mc_list_is(prev->next == next, "list_add: prev->next is not next") &&
	       __mc_list_is(entry != prev && entry != next, "list_add: the entry is on the list already");
}

static bool __mc_may_delete(struct list_head *entry)
{
	struct list_head *prev = entry->prev, *next = entry->next;

	__mc_assumes("lists-are-checked");
	return __mc_list_is(next != LIST_POISON1 && prev != LIST_POISON2, "list_del: the entry is on no list") &&
	       __mc_list_is(prev->next == entry, "list_del: prev->next is not the entry") &&
	       __mc_list_is(next->prev == entry, "list_del: next->prev is not the entry");
}

/* Under the names of all versions. */
#if MC_TREE_LINKS_CHECKED_LISTS_OUT_OF_LINE && defined(CONFIG_DEBUG_LIST)
#include <linux/rculist.h>

static void __mc_unlink(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	WRITE_ONCE(entry->prev->next, entry->next);
}

void __list_add(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	if (!__mc_may_add(entry, prev, next))
		return;
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	WRITE_ONCE(prev->next, entry);
}

void __list_add_rcu(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	if (!__mc_may_add(entry, prev, next))
		return;
	entry->next = next;
	entry->prev = prev;
	rcu_assign_pointer(list_next_rcu(prev), entry);
	next->prev = entry;
}

void __list_del_entry(struct list_head *entry)
{
	if (__mc_may_delete(entry))
		__mc_unlink(entry);
}

void list_del(struct list_head *entry)
{
	if (!__mc_may_delete(entry))
		return;
	__mc_unlink(entry);
	entry->next = LIST_POISON1;
	entry->prev = LIST_POISON2;
}
#elif MC_TREE_REPORTS_ON_LISTS && (defined(CONFIG_DEBUG_LIST) || defined(CONFIG_LIST_HARDENED))
bool (__list_add_valid_or_report)(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	return __mc_may_add(entry, prev, next);
}

bool (__list_del_entry_valid_or_report)(struct list_head *entry)
{
	return __mc_may_delete(entry);
}
#elif defined(CONFIG_DEBUG_LIST)
bool (__list_add_valid)(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	return __mc_may_add(entry, prev, next);
}

bool (__list_del_entry_valid)(struct list_head *entry)
{
	return __mc_may_delete(entry);
}
#endif
