/* SPDX-License-Identifier: MIT */
/* Singly linked lists that many may add to without a lock. */
#ifndef _LINUX_LLIST_H
#define _LINUX_LLIST_H

#include <linux/types.h>
#include <linux/container_of.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)
#define init_llist_head(head) ((void)((head)->first = NULL))
#define llist_entry(ptr, type, member) container_of(ptr, type, member)
#define llist_for_each(pos, node) for ((pos) = (node); (pos); (pos) = (pos)->next)
#define llist_for_each_safe(pos, n, node) for ((pos) = (node); (pos) && ((n) = (pos)->next, 1); (pos) = (n))
#define __mc_llist_object(node, type, member) ({			\
	struct llist_node *__mc_at = (node);				\
	__mc_at ? llist_entry(__mc_at, type, member) : (type *)NULL;	\
})
#define llist_for_each_entry(pos, node, member) \
	for ((pos) = __mc_llist_object(node, __typeof__(*(pos)), member); (pos); \
	     (pos) = __mc_llist_object((pos)->member.next, __typeof__(*(pos)), member))
#define llist_for_each_entry_safe(pos, n, node, member) \
	for ((pos) = __mc_llist_object(node, __typeof__(*(pos)), member); \
	     (pos) && ((n) = __mc_llist_object((pos)->member.next, __typeof__(*(pos)), member), 1); (pos) = (n))
#define llist_next(node) ((node)->next)
#define llist_empty(head) (READ_ONCE((head)->first) == NULL)

/* True if the list was empty before. */
static inline bool llist_add_batch(struct llist_node *first, struct llist_node *last, struct llist_head *head)
{
	struct llist_node *old = READ_ONCE(head->first);

	for (;;) {
		struct llist_node *seen;

		last->next = old;
		seen = cmpxchg(&head->first, old, first);
		if (seen == old)
			return !old;
		old = seen;
	}
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	return llist_add_batch(node, node, head);
}

/* Of a list that nobody else uses: no atomic step. */
static inline bool __llist_add_batch(struct llist_node *first, struct llist_node *last, struct llist_head *head)
{
	last->next = head->first;
	head->first = first;
	return last->next == NULL;
}

static inline bool __llist_add(struct llist_node *node, struct llist_head *head)
{
	return __llist_add_batch(node, node, head);
}

static inline struct llist_node *__llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

/* Only one thread at a time may remove. */
static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *entry = smp_load_acquire(&head->first);

	while (entry) {
		struct llist_node *seen = cmpxchg(&head->first, entry, READ_ONCE(entry->next));

		if (seen == entry)
			break;
		entry = seen;
	}
	return entry;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *node)
{
	struct llist_node *reversed = NULL;

	while (node) {
		struct llist_node *next = node->next;

		node->next = reversed;
		reversed = node;
		node = next;
	}
	return reversed;
}

#endif
