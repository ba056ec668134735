/* SPDX-License-Identifier: MIT */
/* The steps of compaction that ask the owner of a page, under one name for each in all versions. */
#include "mm/migrate.c"
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 8, 0)
#include <linux/balloon_compaction.h>
#endif
#include <linux/compaction.h>
#include <linux/version.h>

/* The page that the scanner meets. */
bool taken(struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	return page_has_movable_ops(page) && isolate_movable_ops_page(page, ISOLATE_UNEVICTABLE);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return __PageMovable(page) && isolate_movable_page(page, ISOLATE_UNEVICTABLE);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(4, 12, 0)
	return __PageMovable(page) && isolate_movable_page(page, ISOLATE_UNEVICTABLE) == 0;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(4, 8, 0)
	return __PageMovable(page) && isolate_movable_page(page, ISOLATE_UNEVICTABLE);
#else
	return balloon_page_movable(page) && balloon_page_isolate(page);
#endif
}

/* Both are locked. */
bool moved(struct page *to, struct page *from)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return migrate_movable_ops_page(to, from, MIGRATE_SYNC) == 0;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0)
	return move_to_new_folio(page_folio(to), page_folio(from), MIGRATE_SYNC) == 0;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(4, 8, 0)
	return move_to_new_page(to, from, MIGRATE_SYNC) == 0;
#else
	return balloon_page_migrate(to, from, MIGRATE_SYNC) == MIGRATEPAGE_SUCCESS;
#endif
}
