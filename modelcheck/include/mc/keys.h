/* SPDX-License-Identifier: MIT */
/*
 * Values that each thread has by keys, and what runs on them where a thread ends (POSIX, pthread_key_create): for each key
 * with a destructor and a value that is not NULL, that is set to NULL and the destructor called, until there is none left,
 * or so many rounds are over. Where main() returns, or the process exits, none is called.
 */
#ifndef MC_KEYS_H
#define MC_KEYS_H

#include <mc/intrinsics.h>

#ifndef MC_NR_KEYS
#define MC_NR_KEYS 4
#endif
#define __MC_DESTRUCTOR_ROUNDS 4

typedef void (*__mc_destructor_t)(void *value);

__attribute__((weak)) unsigned int __mc_keys;
__attribute__((weak)) __mc_destructor_t __mc_key_destructors[MC_NR_KEYS];
__attribute__((weak)) _Thread_local void *__mc_key_values[MC_NR_KEYS];
__attribute__((weak)) _Thread_local _Bool __mc_leaves; /* runs destructors: none of them may end the thread again */
void more_keys_than_MC_NR_KEYS(void);

#define __mc_has_keys() (__mc_calls("pthread_key_create") || __mc_calls("tss_create"))

static inline unsigned int __mc_key_made(__mc_destructor_t destructor)
{
	unsigned long key = __mc_rmw(&__mc_keys, 4, "add", 1, "ONCE,RLX", "ONCE,RLX");

	if (key >= MC_NR_KEYS)
		more_keys_than_MC_NR_KEYS();
	__mc_store(&__mc_key_destructors[key], 8, (unsigned long)destructor, "RELEASE,REL");
	return (unsigned int)key;
}

static inline void __mc_key_deleted(unsigned int key)
{
	__mc_store(&__mc_key_destructors[key], 8, 0, "RELEASE,REL");
}

static inline void __mc_run_destructors(void)
{
	if (__mc_leaves)
		return;
	__mc_leaves = 1;
	for (int round = 0; round < __MC_DESTRUCTOR_ROUNDS; round++) {
		_Bool found = 0;

		for (unsigned int key = 0; key < MC_NR_KEYS; key++) {
			void *value = __mc_key_values[key];

			if (value) {
				__mc_destructor_t destructor =
					(__mc_destructor_t)__mc_load(&__mc_key_destructors[key], 8, "ACQUIRE,ACQ");

				if (destructor) {
					__mc_key_values[key] = (void *)0;
					destructor(value);
					found = 1;
				}
			}
		}
		if (!found)
			break;
	}
}

#endif
