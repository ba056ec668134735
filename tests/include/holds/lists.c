/* Lists: order, emptiness, moving, splicing, going through. */
#include <linux/list.h>
#include <linux/bug.h>

struct item {
	int v;
	struct list_head node;
};

static struct item a = { .v = 1 }, b = { .v = 2 }, c = { .v = 3 };
static LIST_HEAD(one);
static struct list_head two;

/* The values in order, as a decimal number. */
static int read(struct list_head *head)
{
	struct item *p;
	int sum = 0;

	list_for_each_entry(p, head, node)
		sum = sum * 10 + p->v;
	return sum;
}

static int back(struct list_head *head)
{
	struct item *p;
	int sum = 0;

	list_for_each_entry_reverse(p, head, node)
		sum = sum * 10 + p->v;
	return sum;
}

int main(void)
{
	struct list_head *place, *next;
	struct item *p, *n;
	int count = 0;

	INIT_LIST_HEAD(&two);
	BUG_ON(!list_empty(&one) || !list_empty(&two) || !list_empty_careful(&two));
	list_add(&a.node, &one);
	BUG_ON(!list_is_singular(&one));
	list_add(&b.node, &one);
	list_add_tail(&c.node, &one);
	BUG_ON(read(&one) != 213 || back(&one) != 312);
	BUG_ON(list_first_entry(&one, struct item, node) != &b);
	BUG_ON(list_last_entry(&one, struct item, node) != &c);
	BUG_ON(!list_is_last(&c.node, &one) || list_is_last(&a.node, &one));
	BUG_ON(list_next_entry(&b, node) != &a || list_prev_entry(&a, node) != &b);
	list_move(&c.node, &one);
	BUG_ON(read(&one) != 321);
	list_move_tail(&c.node, &two);
	BUG_ON(read(&one) != 21 || read(&two) != 3);
	list_splice_init(&one, &two);
	BUG_ON(read(&two) != 213 || !list_empty(&one));
	list_splice_tail_init(&two, &one);
	BUG_ON(read(&one) != 213);
	list_cut_position(&two, &one, &b.node);
	BUG_ON(read(&two) != 2 || read(&one) != 13 || back(&one) != 31);
	list_replace_init(&a.node, &b.node);
	BUG_ON(!list_empty(&a.node) || read(&one) != 23);
	INIT_LIST_HEAD(&two);
	list_rotate_left(&one);
	BUG_ON(read(&one) != 32);
	list_for_each(place, &one)
		count++;
	list_for_each_safe(place, next, &one)
		count++;
	BUG_ON(count != 4 || list_count_nodes(&one) != 2);
	list_del_init(&b.node);
	BUG_ON(!list_empty(&b.node));
	list_add(&b.node, &one);
	list_for_each_entry_safe(p, n, &one, node)
		list_del(&p->node);
	BUG_ON(!list_empty(&one));
	BUG_ON(a.node.next == NULL || b.node.next != LIST_POISON1 || b.node.prev != LIST_POISON2);
	BUG_ON(list_first_entry_or_null(&one, struct item, node));
	return 0;
}
