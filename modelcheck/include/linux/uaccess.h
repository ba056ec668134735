/* SPDX-License-Identifier: MIT */
/* Memory of user space is not modelled: declared, so that a call is refused. */
#ifndef _LINUX_UACCESS_H
#define _LINUX_UACCESS_H

#include <linux/kernel.h>

unsigned long copy_from_user(void *to, const void __user *from, unsigned long size);
unsigned long copy_to_user(void __user *to, const void *from, unsigned long size);
unsigned long clear_user(void __user *to, unsigned long size);
int access_ok(const void __user *p, unsigned long size);

#endif
