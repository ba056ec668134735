/* A second rcu_barrier() waits for what the callbacks that it waits for ask for. */
#include <linux/rcupdate.h>
#include <linux/slab.h>

static struct rcu_head first, second;
static int *value;

static void called_second(struct rcu_head *head)
{
	(void)head;
	*value = 1;
}

static void called_first(struct rcu_head *head)
{
	(void)head;
	call_rcu(&second, called_second);
}

int main(void)
{
	value = kmalloc(sizeof(*value), GFP_KERNEL);
	call_rcu(&first, called_first);
	rcu_barrier();
	rcu_barrier();
	kfree(value);
	return 0;
}
