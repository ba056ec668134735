#include <linux/srcu.h>
DEFINE_STATIC_SRCU(s);
static struct rcu_head head;
static void called(struct rcu_head *unused)
{
	(void)unused;
}
int main(void)
{
	call_srcu(&s, &head, called);
	cleanup_srcu_struct(&s);
	return 0;
}
