/* SPDX-License-Identifier: MIT */
/* From 4.8 to 5.18 a balloon's pages belong to a file of the driver's. */
#include <linux/fs.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 8, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(5, 19, 0)
#define has_inode(list, file) do {					\
	(list)->inode = (file);						\
	(file)->i_mapping = &(file)->i_data;				\
	(file)->i_data.a_ops = &balloon_aops;				\
} while (0)
#else
#define has_inode(list, file) ((void)(list), (void)(file))
#endif
