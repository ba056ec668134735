/* SPDX-License-Identifier: MIT */
/* Nodes of a list that are freed with their last reference, or by who removes them and waits until nobody has them. */
#include <linux/klist.h>
#include <linux/slab.h>
#include <mc/check.h>

struct item {
	struct klist_node node;
	int value;
};

static void no_reference(struct klist_node *node)
{
}

static void drop(struct klist_node *node)
{
	kfree(container_of(node, struct item, node));
}

static DEFINE_KLIST(items, NULL, NULL);
static struct item *one;

static struct item *made(int value)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	item->value = value;
	klist_add_tail(&item->node, &items);
	return item;
}

static void one_there(void)
{
	items.get = no_reference;
	items.put = drop;
	one = made(1);
}

/* Goes through the list; what it looks at stays until it goes on. */
static void look(void)
{
	struct klist_iter iter;
	struct klist_node *node;

	klist_iter_init(&items, &iter);
	node = klist_next(&iter);
	if (node)
		MC_ASSERT("assertion", container_of(node, struct item, node)->value == 1, "an item is whole");
	klist_iter_exit(&iter);
}

static void delete(void)
{
	klist_del(&one->node);
}

static void add_behind(void)
{
	made(1);
}

static void emptied(void)
{
	MC_ASSERT("assertion", list_empty(&items.k_list), "nothing is left on the list");
}

static void added(void)
{
	MC_ASSERT("assertion", list_is_singular(&items.k_list), "what was added is there, what was deleted is not");
	klist_del(container_of(items.k_list.next, struct klist_node, n_node));
}

/* Another list, whose nodes belong to who removes them: he waits until nobody has them. */
static DEFINE_KLIST(owned, NULL, NULL);

static void owned_there(void)
{
	one = kmalloc(sizeof(*one), GFP_KERNEL);
	one->value = 1;
	klist_add_tail(&one->node, &owned);
}

static void look_at_owned(void)
{
	struct klist_iter iter;
	struct klist_node *node;

	klist_iter_init(&owned, &iter);
	node = klist_next(&iter);
	if (node)
		MC_ASSERT("assertion", container_of(node, struct item, node)->value == 1, "an item is whole");
	klist_iter_exit(&iter);
}

static void remove(void)
{
	klist_remove(&one->node);
	kfree(one);
}
