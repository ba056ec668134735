#include <linux/bug.h>
int main(void)
{
	BUG(); /* here */
}
