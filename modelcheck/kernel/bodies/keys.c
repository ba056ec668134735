/* SPDX-License-Identifier: MIT */
/* Static keys are variables that are read where they are asked: no code is patched. */
#include <linux/jump_label.h>

bool static_key_initialized = true;
