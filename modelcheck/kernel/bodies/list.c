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
	return __mc_list_is(next->prev == prev, "list_add: next->prev is not prev") &&
	       __mc_list_is(prev->next == next, "list_add: prev->next is not next") &&
	       __mc_list_is(entry != prev && entry != next, "list_add: the entry is on the list already");
}

static bool __mc_may_delete(struct list_head *entry)
{
	struct list_head *prev = entry->prev, *next = entry->next;

	return __mc_list_is(next != LIST_POISON1 && prev != LIST_POISON2, "list_del: the entry is on no list") &&
	       __mc_list_is(prev->next == entry, "list_del: prev->next is not the entry") &&
	       __mc_list_is(next->prev == entry, "list_del: next->prev is not the entry");
}

/* Under the names of all versions. */
#if defined(CONFIG_DEBUG_LIST) || defined(CONFIG_LIST_HARDENED)
bool (__list_add_valid_or_report)(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	return __mc_may_add(entry, prev, next);
}

bool (__list_del_entry_valid_or_report)(struct list_head *entry)
{
	return __mc_may_delete(entry);
}

bool (__list_add_valid)(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	return __mc_may_add(entry, prev, next);
}

bool (__list_del_entry_valid)(struct list_head *entry)
{
	return __mc_may_delete(entry);
}
#endif
