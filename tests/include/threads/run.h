/* What main() does: begin(), two threads, and when both have ended end(). */
#include <pthread.h>

#define THREADS(one, two)				\
	int main(void)					\
	{						\
		pthread_t a, b;				\
							\
		begin();				\
		pthread_create(&a, NULL, one, NULL);	\
		pthread_create(&b, NULL, two, NULL);	\
		pthread_join(a, NULL);			\
		pthread_join(b, NULL);			\
		end();					\
		return 0;				\
	}
