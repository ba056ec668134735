/* SPDX-License-Identifier: MIT */
/* The step of migration that calls the owner of the page; it is static where it is. */
#include "mm/migrate.c"

int moved(struct page *to, struct page *from)
{
	return move_to_new_folio(page_folio(to), page_folio(from), MIGRATE_SYNC);
}
