/* SPDX-License-Identifier: MIT */
/* Hash tables of fixed size: an array of hlist heads. */
#ifndef _LINUX_HASHTABLE_H
#define _LINUX_HASHTABLE_H

#include <linux/kernel.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/rculist.h>

#define DEFINE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)] = { { NULL } }
#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
#define HASH_SIZE(table) ARRAY_SIZE(table)
#define hash_init(table) do {						\
	for (unsigned long __mc_h = 0; __mc_h < HASH_SIZE(table); __mc_h++) \
		INIT_HLIST_HEAD(&(table)[__mc_h]);			\
} while (0)
/* The kernel mixes the bits of the key; which keys share a chain is nobody's business, so here its low bits do. */
#define __mc_chain(table, key) (__mc_assumes("hash-by-low-bits"), &(table)[(unsigned long)(key) % HASH_SIZE(table)])
#define hash_add(table, node, key) hlist_add_head(node, __mc_chain(table, key))
#define hash_add_rcu(table, node, key) hlist_add_head_rcu(node, __mc_chain(table, key))
#define HASH_BITS(table) ((unsigned int)ilog2(HASH_SIZE(table)))
#define hash_empty(table) __mc_hash_empty(table, HASH_SIZE(table))
static inline bool __mc_hash_empty(const struct hlist_head *table, unsigned long size)
{
	for (unsigned long i = 0; i < size; i++)
		if (!hlist_empty(&table[i]))
			return false;
	return true;
}
#define hash_hashed(node) (!hlist_unhashed(node))
#define hash_del(node) hlist_del_init(node)
#define hash_del_rcu(node) hlist_del_init_rcu(node)
#define hash_for_each(table, bucket, object, member) \
	for ((bucket) = 0; (bucket) < HASH_SIZE(table); (bucket)++) \
		__mc_hlist_each_3(object, &(table)[bucket], member)
#define hash_for_each_rcu(table, bucket, object, member) \
	for ((bucket) = 0; (bucket) < HASH_SIZE(table); (bucket)++) \
		__mc_hlist_rcu_3(object, &(table)[bucket], member)
#define hash_for_each_safe(table, bucket, next, object, member) \
	for ((bucket) = 0; (bucket) < HASH_SIZE(table); (bucket)++) \
		__mc_hlist_safe_4(object, next, &(table)[bucket], member)
#define hash_for_each_possible(table, object, member, key) __mc_hlist_each_3(object, __mc_chain(table, key), member)
#define hash_for_each_possible_rcu(table, object, member, key, ...) \
	__mc_hlist_rcu_if(object, __mc_chain(table, key), member, ##__VA_ARGS__)
#define hash_for_each_possible_rcu_notrace(table, object, member, key) \
	hlist_for_each_entry_rcu_notrace(object, __mc_chain(table, key), member)
#define hash_for_each_possible_safe(table, object, next, member, key) \
	__mc_hlist_safe_4(object, next, __mc_chain(table, key), member)

#endif
