/* SPDX-License-Identifier: MIT */
/* Lists that readers go through under rcu_read_lock() while one writer changes them. */
#ifndef _LINUX_RCULIST_H
#define _LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <mc/use.h>

#define list_next_rcu(list) ((list)->next)
#define hlist_first_rcu(head) ((head)->first)
#define hlist_next_rcu(node) ((node)->next)

static inline void INIT_LIST_HEAD_RCU(struct list_head *list)
{
	WRITE_ONCE(list->next, list);
	WRITE_ONCE(list->prev, list);
}

static inline void __list_add_rcu(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
#if MC_DEBUG_LIST
	__mc_assert(next->prev == prev, "list-corruption", "list_add_rcu: next->prev is not prev");
	__mc_assert(prev->next == next, "list-corruption", "list_add_rcu: prev->next is not next");
	__mc_assert(entry != prev && entry != next, "list-corruption", "list_add_rcu: the entry is on the list already");
#endif
	entry->next = next;
	entry->prev = prev;
	rcu_assign_pointer(prev->next, entry);
	next->prev = entry;
}

static inline void list_add_rcu(struct list_head *entry, struct list_head *head)
{
	__list_add_rcu(entry, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *entry, struct list_head *head)
{
	__list_add_rcu(entry, head->prev, head);
}

/* Readers may still be at the entry: its next stays. */
static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->prev = old->prev;
	rcu_assign_pointer(entry->prev->next, entry);
	entry->next->prev = entry;
	old->prev = LIST_POISON2;
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	__hlist_del(node);
	WRITE_ONCE(node->pprev, LIST_POISON2);
}

static inline void hlist_del_init_rcu(struct hlist_node *node)
{
	if (!hlist_unhashed(node)) {
		__hlist_del(node);
		WRITE_ONCE(node->pprev, NULL);
	}
}

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	WRITE_ONCE(node->pprev, &head->first);
	rcu_assign_pointer(head->first, node);
	if (first)
		WRITE_ONCE(first->pprev, &node->next);
}

static inline void hlist_add_before_rcu(struct hlist_node *node, struct hlist_node *next)
{
	WRITE_ONCE(node->pprev, next->pprev);
	node->next = next;
	rcu_assign_pointer(*node->pprev, node);
	WRITE_ONCE(next->pprev, &node->next);
}

static inline void hlist_add_behind_rcu(struct hlist_node *node, struct hlist_node *prev)
{
	struct hlist_node *next = prev->next;

	node->next = next;
	WRITE_ONCE(node->pprev, &prev->next);
	rcu_assign_pointer(prev->next, node);
	if (next)
		WRITE_ONCE(next->pprev, &node->next);
}

static inline void hlist_add_tail_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *last = head->first;

	if (!last) {
		hlist_add_head_rcu(node, head);
		return;
	}
	while (last->next)
		last = last->next;
	hlist_add_behind_rcu(node, last);
}

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *node)
{
	struct hlist_node *next = old->next;

	node->next = next;
	WRITE_ONCE(node->pprev, old->pprev);
	rcu_assign_pointer(*node->pprev, node);
	if (next)
		WRITE_ONCE(next->pprev, &node->next);
	WRITE_ONCE(old->pprev, LIST_POISON2);
}

/* Readers of the list that is moved must be gone before its end leads to another: sync() waits for them. */
static inline void __mc_list_splice_rcu(struct list_head *list, struct list_head *prev, struct list_head *next,
					void (*sync)(void))
{
	struct list_head *first = list->next;
	struct list_head *last = list->prev;

	INIT_LIST_HEAD_RCU(list);
	sync();
	last->next = next;
	rcu_assign_pointer(prev->next, first);
	first->prev = prev;
	next->prev = last;
}

static inline void list_splice_init_rcu(struct list_head *list, struct list_head *head, void (*sync)(void))
{
	if (!list_empty(list))
		__mc_list_splice_rcu(list, head, head->next, sync);
}

static inline void list_splice_tail_init_rcu(struct list_head *list, struct list_head *head, void (*sync)(void))
{
	if (!list_empty(list))
		__mc_list_splice_rcu(list, head->prev, head, sync);
}

/*
 * As with CONFIG_PROVE_RCU_LIST, since v5.4: who goes through such a list is in a section of any kind, or says by a condition of
 * his own that the list stays as it is. The macros that say "srcu" ask for the condition alone.
 */
#if MC_KERNEL_VERSION < 0x050400
#define __mc_list_reader(what, ...) ((void)0)
#else
#define __mc_list_reader(what, ...) \
	__mc_rcu_check(__mc_paste(__mc_list_if_, __mc_count(__VA_ARGS__))(__VA_ARGS__) rcu_read_lock_any_held(), \
		       what " outside of a read-side section")
#define __mc_list_if_0()
#define __mc_list_if_1(condition) (condition) ||
#endif
#define __mc_list_held(what, condition) __mc_rcu_check((condition), what " where " #condition " is not so")

#define list_entry_rcu(ptr, type, member) container_of(READ_ONCE(ptr), type, member)
#define list_first_or_null_rcu(ptr, type, member) ({			\
	struct list_head *__mc_head = (ptr);				\
	struct list_head *__mc_first = READ_ONCE(__mc_head->next);	\
	__mc_first != __mc_head ? list_entry(__mc_first, type, member) : (type *)NULL; \
})
#define list_next_or_null_rcu(head, ptr, type, member) ({		\
	struct list_head *__mc_head = (head);				\
	struct list_head *__mc_next = READ_ONCE((ptr)->next);		\
	__mc_next != __mc_head ? list_entry(__mc_next, type, member) : (type *)NULL; \
})
#define list_for_each_rcu(pos, head) \
	for ((pos) = rcu_dereference((head)->next); (pos) != (head); (pos) = rcu_dereference((pos)->next))
#define __mc_list_each_rcu(checked, pos, head, member) \
	for (checked, (pos) = list_entry_rcu((head)->next, __typeof__(*(pos)), member); &(pos)->member != (head); \
	     (pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))
#define list_for_each_entry_rcu(pos, head, member, ...) \
	__mc_list_each_rcu(__mc_list_reader("list_for_each_entry_rcu()", ##__VA_ARGS__), pos, head, member)
#define list_for_each_entry_srcu(pos, head, member, condition) \
	__mc_list_each_rcu(__mc_list_held("list_for_each_entry_srcu()", condition), pos, head, member)
#define list_for_each_entry_lockless(pos, head, member) __mc_list_each_rcu((void)0, pos, head, member)
#define list_for_each_entry_continue_rcu(pos, head, member) \
	for ((pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member); &(pos)->member != (head); \
	     (pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

#define list_for_each_entry_from_rcu(pos, head, member) \
	for (; &(pos)->member != (head); (pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

/*
 * Until v3.8 with a struct hlist_node *, as hlist_for_each_entry(); since v5.4 the last of four arguments is a condition. What
 * is said of the kernel's version decides, and where nothing is, it is taken to be old.
 */
#if MC_KERNEL_VERSION >= 0x030900 && MC_KERNEL_VERSION != 0x7fffffff
#define hlist_for_each_entry_rcu(pos, head, member, ...) __mc_hlist_rcu_if(pos, head, member, ##__VA_ARGS__)
#else
#define hlist_for_each_entry_rcu(...) \
	__mc_hlist_which(__VA_ARGS__, , __mc_hlist_rcu_4, __mc_hlist_rcu_3, , )(__VA_ARGS__)
#endif
#define __mc_hlist_each_rcu(checked, dereference, pos, head, member) \
	for (checked, (pos) = hlist_entry_safe(dereference((head)->first), __typeof__(*(pos)), member); (pos); \
	     (pos) = hlist_entry_safe(dereference((pos)->member.next), __typeof__(*(pos)), member))
#define __mc_hlist_rcu_if(pos, head, member, ...) \
	__mc_hlist_each_rcu(__mc_list_reader("hlist_for_each_entry_rcu()", ##__VA_ARGS__), rcu_dereference_raw, pos, head, member)
#define __mc_hlist_rcu_3(pos, head, member) __mc_hlist_rcu_if(pos, head, member)
#define __mc_hlist_rcu_4(pos, node, head, member) \
	for ((node) = rcu_dereference_raw((head)->first); \
	     (node) && ((pos) = hlist_entry(node, __typeof__(*(pos)), member), 1); \
	     (node) = rcu_dereference_raw((node)->next))
#define __hlist_for_each_rcu(pos, head) \
	for ((pos) = rcu_dereference((head)->first); (pos); (pos) = rcu_dereference((pos)->next))
#define hlist_for_each_entry_from_rcu(pos, member) \
	for (; (pos); (pos) = hlist_entry_safe(rcu_dereference_raw((pos)->member.next), __typeof__(*(pos)), member))
#define hlist_for_each_entry_continue_rcu(pos, member) \
	for ((pos) = hlist_entry_safe(rcu_dereference_raw((pos)->member.next), __typeof__(*(pos)), member); (pos); \
	     (pos) = hlist_entry_safe(rcu_dereference_raw((pos)->member.next), __typeof__(*(pos)), member))
#define hlist_for_each_entry_rcu_bh(pos, head, member) \
	__mc_hlist_each_rcu((void)0, rcu_dereference_bh, pos, head, member)
#define hlist_for_each_entry_rcu_notrace(pos, head, member) \
	__mc_hlist_each_rcu((void)0, rcu_dereference_raw, pos, head, member)
#define hlist_for_each_entry_srcu(pos, head, member, condition) \
	__mc_hlist_each_rcu(__mc_list_held("hlist_for_each_entry_srcu()", condition), rcu_dereference_raw, pos, head, member)

#endif
