#include <linux/mutex.h>
static DEFINE_MUTEX(mutex);
int main(void)
{
	mutex_unlock(&mutex); /* here */
	return 0;
}
