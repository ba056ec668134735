/* SPDX-License-Identifier: MIT */
/* What migration's callers and callees know of each other; the functions belong to the code under check. */
#ifndef _LINUX_MIGRATE_H
#define _LINUX_MIGRATE_H

#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/migrate_mode.h>

typedef struct page *new_page_t(struct page *page, unsigned long private, int **result);
typedef void free_page_t(struct page *page, unsigned long private);

#define MIGRATEPAGE_SUCCESS 0
#define MIGRATEPAGE_UNMAP 1

#endif
