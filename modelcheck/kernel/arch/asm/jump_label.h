/* SPDX-License-Identifier: MIT */
/* A branch of a static key reads the key: there is no code to patch. */
#ifndef MC_ARCH_ASM_JUMP_LABEL_H
#define MC_ARCH_ASM_JUMP_LABEL_H

#include <linux/types.h>

struct static_key;
int static_key_count(struct static_key *key);
#define JUMP_LABEL_NOP_SIZE 1
#define arch_static_branch(key, branch) ((static_key_count(key) > 0) != (branch))
#define arch_static_branch_jump(key, branch) arch_static_branch(key, branch)
#ifndef CONFIG_HAVE_ARCH_JUMP_LABEL_RELATIVE
typedef unsigned long jump_label_t;
struct jump_entry {
	jump_label_t code, target, key;
};
#endif

#endif
