/* SPDX-License-Identifier: MIT */
/* Items with a value that is written before they are put on the list; each counts how often it was taken off. */
#include <linux/llist.h>
#include <mc/check.h>

struct item {
	struct llist_node node;
	int value;
	int taken;
};

static struct llist_head list;
static struct item one, two;

static void add_one(void)
{
	one.value = 1;
	llist_add(&one.node, &list);
}

static void add_two(void)
{
	two.value = 2;
	llist_add(&two.node, &list);
}

static void add_both(void)
{
	one.value = 1;
	two.value = 2;
	one.node.next = &two.node;
	llist_add_batch(&one.node, &two.node, &list);
}

static void got(struct llist_node *node)
{
	struct item *item = llist_entry(node, struct item, node);

	MC_ASSERT("assertion", item->value == (item == &one ? 1 : 2), "an item is whole when it is found");
	item->taken++;
	MC_ASSERT("assertion", item->taken == 1, "an item is found once");
}

static void take_first(void)
{
	struct llist_node *node = llist_del_first(&list);

	if (node)
		got(node);
}

static void take_all(void)
{
	struct llist_node *node = llist_del_all(&list);

	while (node) {
		struct llist_node *next = node->next;

		got(node);
		node = next;
	}
}

static void rest(void)
{
	take_all();
	MC_ASSERT("assertion", one.taken == 1 && two.taken == 1, "no item is lost");
	MC_ASSERT("assertion", llist_empty(&list), "nothing is left");
}

static void both_there(void)
{
	add_both();
}

/* Takes both, and puts the first back: it has no right to while another takes the first. */
static void take_both_and_return_one(void)
{
	take_first();
	take_first();
	one.taken--;
	add_one();
}
