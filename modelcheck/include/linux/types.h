/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#include <linux/stddef.h>
#include <linux/export.h>

typedef signed char s8, __s8;
typedef unsigned char u8, __u8, u_char, unchar;
typedef short s16, __s16;
typedef unsigned short u16, __u16, u_short, ushort;
typedef int s32, __s32;
typedef unsigned int u32, __u32, u_int, uint;
typedef long long s64, __s64;
typedef unsigned long long u64, __u64;
typedef unsigned long u_long, ulong;
typedef __u16 __le16, __be16, __sum16, __virtio16;
typedef __u32 __le32, __be32, __wsum, __virtio32;
typedef __u64 __le64, __be64, __virtio64;

typedef long __kernel_long_t;
typedef unsigned long __kernel_ulong_t;
typedef size_t __kernel_size_t;
typedef long long loff_t;
typedef long off_t, time_t, clock_t, suseconds_t;
typedef int pid_t, mqd_t, clockid_t, key_t;
typedef unsigned int uid_t, gid_t, dev_t;
typedef unsigned short umode_t, mode_t;
typedef unsigned long ino_t;
typedef u64 sector_t, blkcnt_t, dma_addr_t, phys_addr_t, resource_size_t;
typedef unsigned long irq_hw_number_t;
typedef unsigned int gfp_t, slab_flags_t, fmode_t, oom_flags_t;
typedef unsigned long pgoff_t;
typedef unsigned long uintptr_t;
typedef s64 ktime_t;
typedef unsigned int isolate_mode_t;

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;

#define ATOMIC_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
};
#define rcu_head callback_head

typedef void (*rcu_callback_t)(struct rcu_head *head);

#define BITS_PER_BYTE 8
#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define BITS_TO_LONGS(bits) DIV_ROUND_UP(bits, 64UL)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

#endif
