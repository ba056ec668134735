/* SPDX-License-Identifier: MIT */
/* Reader-writer semaphores that count readers by processor, which is nothing to the model. */
#ifndef _LINUX_PERCPU_RWSEM_H
#define _LINUX_PERCPU_RWSEM_H

#include <linux/rwsem.h>

#define percpu_rw_semaphore rw_semaphore
#define DEFINE_STATIC_PERCPU_RWSEM(name) static DECLARE_RWSEM(name)
#define percpu_init_rwsem(sem) (init_rwsem(sem), 0)
#define percpu_free_rwsem(sem) __mc_lock_destroy(&(sem)->__rwsem_word, "rwsem")
#define percpu_down_read(sem) down_read(sem)
#define percpu_down_read_trylock(sem) down_read_trylock(sem)
#define percpu_up_read(sem) up_read(sem)
#define percpu_down_write(sem) down_write(sem)
#define percpu_up_write(sem) up_write(sem)

#endif
