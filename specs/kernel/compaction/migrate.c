/* SPDX-License-Identifier: MIT */
/* The step of migration that calls the owner of the page; it is static where it is. */
#include "mm/migrate.c"
#include <linux/version.h>

int moved(struct page *to, struct page *from)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return migrate_movable_ops_page(to, from, MIGRATE_SYNC);
#else
	return move_to_new_folio(page_folio(to), page_folio(from), MIGRATE_SYNC);
#endif
}
