/* Hash chains, with the loops of before and after v3.9, and lists under RCU. */
#include <linux/rculist.h>
#include <linux/llist.h>
#include <linux/bug.h>

struct item {
	int v;
	struct hlist_node node;
	struct list_head list;
	struct llist_node lnode;
};

static struct item a = { .v = 1 }, b = { .v = 2 };
static HLIST_HEAD(head);
static LIST_HEAD(list);
static LLIST_HEAD(lockless);

int main(void)
{
	struct hlist_node *pos, *next;
	struct item *p;
	int sum = 0;

	BUG_ON(!hlist_empty(&head) || !hlist_unhashed(&a.node));
	hlist_add_head(&a.node, &head);
	hlist_add_head_rcu(&b.node, &head);
	hlist_for_each_entry(p, &head, node)
		sum = sum * 10 + p->v;
	hlist_for_each_entry(p, pos, &head, node)
		sum = sum * 10 + p->v;
	rcu_read_lock();
	hlist_for_each_entry_rcu(p, &head, node)
		sum = sum * 10 + p->v;
	hlist_for_each_entry_rcu(p, pos, &head, node)
		sum = sum * 10 + p->v;
	rcu_read_unlock();
	BUG_ON(sum != 21212121);
	hlist_for_each_entry_safe(p, next, &head, node)
		hlist_del_init(&p->node);
	BUG_ON(!hlist_empty(&head));
	hlist_add_head(&a.node, &head);
	hlist_for_each_entry_safe(p, pos, next, &head, node)
		hlist_del_rcu(&p->node);
	BUG_ON(!hlist_empty(&head));

	rcu_read_lock();
	list_add_rcu(&a.list, &list);
	list_add_tail_rcu(&b.list, &list);
	sum = 0;
	list_for_each_entry_rcu(p, &list, list)
		sum = sum * 10 + p->v;
	rcu_read_unlock();
	BUG_ON(sum != 12);
	list_del_rcu(&a.list);
	BUG_ON(a.list.next != &b.list);
	synchronize_rcu();
	BUG_ON(list_first_or_null_rcu(&list, struct item, list) != &b);

	BUG_ON(!llist_add(&a.lnode, &lockless));
	BUG_ON(llist_add(&b.lnode, &lockless));
	BUG_ON(llist_del_first(&lockless) != &b.lnode);
	BUG_ON(llist_del_all(&lockless) != &a.lnode || !llist_empty(&lockless));
	return 0;
}
